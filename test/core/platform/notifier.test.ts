/** What the log holds of a notification, over an endpoint that is made of nothing. */
import { expect, test, vi } from "vitest";
import type { TaskView } from "../../../src/core/view/view.ts";
import type { EventBody, TaskEvent } from "../../../src/core/task/event.ts";
import { linkHash, sha256Hex } from "../../../src/core/ids.ts";
import { nextNotice, webhookIdOf, type Message } from "../../../src/core/next/notices.ts";
import { paceOf } from "../../../src/core/next/pace.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { sendMessage, tell, type NotifyOutcome } from "../../../src/platform/task/notifier.ts";
import { audioUrl, copied, DAY, listed, observation, observed, SECOND, T0, TASK_ID, taskOf } from "../builders.ts";
import { like } from "../matchers.ts";

const telling = paceOf(1, { canAsk: false, canNotify: true, retentionDays: null });
const A = audioUrl("a");
const settled = [observed(observation("complete", [listed({ audioLink: A })])), copied(T0, A)] as const;
const about = { kind: "track.stored", key: `${linkHash(A)}-${sha256Hex(A).slice(0, 16)}` } as const;
const webhookId = webhookIdOf(TASK_ID, about);
const failure: NotifyOutcome = { type: "failed", reason: "http_500: the endpoint answered 500" };

interface Life {
  now: number;
  readonly log: TaskEvent[];
  readonly sent: Message[];
}

function newLife(): Life {
  return { now: T0, log: [...settled], sent: [] };
}

function taskIn({ log }: Life): Task {
  return taskOf(...log);
}

/** Sends what is next; returns what was recorded of it. */
async function tellNext(life: Life, outcome: NotifyOutcome): Promise<EventBody | undefined> {
  const next = nextNotice(taskIn(life), telling);
  if (next === null) return undefined;
  life.now = Math.max(life.now, Math.ceil(next.at));
  const deps = {
    pace: telling,
    now: () => life.now,
    task: () => taskIn(life),
    record: (event: EventBody & { readonly at?: number }) => void life.log.push({ at: life.now, ...event }),
    shown: (view: TaskView) => view,
    notify: async (message: Message) => {
      life.sent.push(message);
      return outcome;
    },
  };
  await tell(deps, next.notice, new AbortController().signal);
  return life.log.at(-1);
}

test("what the endpoint took is recorded with the version that it was told and the number of tries", async () => {
  const life = newLife();
  await tellNext(life, failure);
  // The failure lets the settlement go first.
  await tellNext(life, { type: "taken" });
  expect(await tellNext(life, { type: "taken" })).toEqual({
    type: "notified",
    ...about,
    webhookId,
    version: 2,
    attempts: 2,
    at: life.now,
  });
  expect(await tellNext(life, { type: "taken" })).toBeUndefined();
});

test("failures keep the time of the first and are counted, and every try has the same id", async () => {
  const life = newLife();
  const outcomes: (EventBody | undefined)[] = [];
  while (life.sent.length < 6) outcomes.push(await tellNext(life, failure));
  const own = outcomes.filter((event) => event?.type === "notify_failed" && event.kind === "track.stored");
  const same = { ...about, webhookId, at: T0, reason: failure.reason };
  for (const event of own) expect(event).toMatchObject(same);
  expect(own).toMatchObject([{ times: 1 }, { times: 2 }, { times: 3 }]);
  const lastTimes = own.map((event) => (event?.type === "notify_failed" ? event.lastAt : 0));
  expect(lastTimes).toEqual([...new Set(lastTimes)].toSorted((a, b) => a - b));
  expect(new Set(life.sent.map(({ id }) => id)).size).toBe(2);
});

test("a day after the first failure it is given up, with the last reason", async () => {
  const life = newLife();
  let last: EventBody | undefined;
  for (let next = await tellNext(life, failure); next !== undefined; next = await tellNext(life, failure)) last = next;
  expect(life.now).toBe(T0 + DAY);
  expect(last).toMatchObject({
    type: "notify_ended",
    gone: false,
    reason: "gave_up: not delivered within a day; last http_500: the endpoint answered 500",
  });
  expect(life.log.filter(({ type }) => type === "notify_ended")).toHaveLength(2);
  expect(life.sent.length).toBeLessThanOrEqual(2 * 16);
});

test("after 410 nothing more is sent", async () => {
  const life = newLife();
  expect(await tellNext(life, { type: "gone" })).toMatchObject({
    type: "notify_ended",
    ...about,
    gone: true,
    reason: like(/^gone: .*410/),
  });
  life.now += SECOND;
  expect(await tellNext(life, { type: "taken" })).toBeUndefined();
  expect(life.sent).toHaveLength(1);
});

test("what nobody signs has no header of a signature", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response());
  const message = { id: webhookId, body: "{}" };
  const target = { url: new URL("https://example.com/hook"), secrets: [] };
  expect(await sendMessage(target, message, T0, new AbortController().signal)).toEqual({ type: "taken" });
  expect(new Headers(fetched.mock.calls[0]?.[1]?.headers).has("webhook-signature")).toBe(false);
  fetched.mockRestore();
});
