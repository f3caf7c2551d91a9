/**
 * The provider repeats our secrets: in every string of every shape of its messages, by callback and by record, in JSON
 * and in what is none. Nothing of it is shown, listed or stored.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { makeSourceLink } from "../../../src/core/access/session.ts";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { FORMS } from "../../core/provider/secret-forms.ts";
import { foundIn } from "../../e2e/door/hidden.ts";
import { newTaskId } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SECRETS } from "../secrets.ts";
import { configure, configureWithKey } from "../settings.ts";
import { everythingStored } from "../stored.ts";
import { acting, callback, inboxEntries, reading, worker } from "../worker.ts";

configureWithKey(1);
// Nothing is copied here.
configure({ AUDIO_ORIGINS: "https://elsewhere.example.com http://127.0.0.1:*" });
const CAPABILITY = capabilityOf(SECRETS.CALLBACK_TOKEN, "order-17");
/** As the provider was given it with an uploaded source. */
const SOURCE_LINK = makeSourceLink(SECRETS.API_TOKEN, "0123456789abcdef".repeat(4), Date.now() + 86_400_000);
const PLANTED = [SECRETS.CALLBACK_TOKEN, SECRETS.API_TOKEN, SECRETS.CALLBACK_HMAC_KEY, CAPABILITY, SOURCE_LINK];
const WRITTEN = Object.values(FORMS);
/** The object's rows hold all that came: they are read through its own timeline. */
const PAGES = ["", "/events?limit=100"];

const track = {
  id: "e231",
  audio_url: "https://cdn.example.com/one.mp3",
  stream_audio_url: "https://cdn.example.com/one-stream",
  source_audio_url: "https://cdn.example.com/one-source.mp3",
  image_url: "https://cdn.example.com/one.jpeg",
  prompt: "[Verse]",
  model_name: "chirp-v4-5",
  title: "Iron Man",
  tags: "rock",
  createTime: "2026-01-05 12:00:00",
};
const record = (taskId: string) => ({
  taskId,
  parentMusicId: "none",
  param: JSON.stringify({ tags: "rock", negativeTags: "drums", callBackUrl: "https://example.com/x" }),
  response: { taskId, sunoData: [track] },
  status: "SUCCESS",
  operationType: "add_instrumental",
  errorCode: null,
  errorMessage: "none",
});
const request = { call_back_url: "x", callBackUrl: "x", webhook_url: "x", params: { webhook: "x" } };
const SHAPES: Readonly<Record<string, (taskId: string) => object>> = {
  callback: (taskId) => ({
    code: 200,
    msg: "ok",
    data: { callbackType: "complete", task_id: taskId, data: [track], ...request },
  }),
  failure: (taskId) => ({ code: 400, msg: "bad", error: "bad", data: { callbackType: "error", task_id: taskId } }),
  "record-shaped": (taskId) => ({ code: 200, msg: "ok", data: { ...record(taskId), ...request } }),
  "failed record": (taskId) => ({ code: 200, data: { ...record(taskId), status: "GENERATE_AUDIO_FAILED" } }),
  market: (taskId) => ({
    code: 200,
    data: { taskId, state: "success", failMsg: "x", resultJson: JSON.stringify({ data: [track] }) },
  }),
  sibling: (taskId) => ({ code: 200, data: { task_id: taskId, audioWavUrl: "https://cdn.example.com/one.wav" } }),
  "top level": (taskId) => ({ taskId, callbackType: "first", data: [track], message: "x" }),
};
const enveloped = z.object({ data: z.record(z.string(), z.unknown()) });
/** What a message is known by stays, else it would be another message. */
const STRUCTURE = /^(?:task_?id|callbackType|status|state)$/i;

let provider: PlayedProvider;
let said: string[];
let shift = 0;

beforeEach(() => {
  provider = playProvider();
  said = [];
});
afterEach(() => {
  vi.restoreAllMocks();
});

test.each(Object.entries(SHAPES))("planted into every string of a callback: %s", async (_, shape) => {
  await Promise.all(
    WRITTEN.map(async (_form, at) => {
      const taskId = newTaskId();
      expect((await worker(callback(planted(shape(taskId), at)))).status).toBe(200);
      await sayAllOf(taskId);
    }),
  );
  await expectNoneFound();
});

test.each(Object.entries(SHAPES).slice(0, -1))("planted into every string of a record: %s", async (_, shape) => {
  await Promise.all(
    WRITTEN.map(async (_form, at) => {
      const taskId = newTaskId();
      const { data } = enveloped.parse(planted(shape(taskId), at));
      provider.records.set(taskId, { ...data, taskId });
      said.push(await (await worker(acting("PUT", `/tasks/${taskId}`))).text());
      await vi.waitFor(async () => expect(await textOf(`/tasks/${taskId}/events`)).toContain('"type":"polled"'), {
        timeout: 10_000,
      });
      await sayAllOf(taskId);
    }),
  );
  await expectNoneFound();
});

test("planted where no task is named, and into what is no JSON and no UTF-8", async () => {
  for (const secret of PLANTED) {
    const forms = WRITTEN.map((form) => form(secret));
    await worker(callback(JSON.stringify({ data: { forms } })));
    await worker(callback(`no JSON: ${forms.join(" ")} and more`));
    await worker(callback(bytesOf(`\u00ff\u00fe ${forms.join(" ")}`)));
    await worker(callback(bytesOf(Array.from(`\u00ff${secret}`, (char) => `${char}\0`).join(""))));
    // A task of that name would be a row of the list.
    await worker(callback({ code: 200, data: { callbackType: "text", task_id: secret, data: [] } }));
    await worker(callback({ code: 200, data: { callbackType: secret, task_id: newTaskId(), data: [] } }));
  }
  const inbox = await inboxEntries();
  expect(inbox.length).toBeGreaterThanOrEqual(4 * PLANTED.length);
  for (const { body, reason } of inbox) said.push(reason === "not_utf8" ? atob(body) : body);
  await expectNoneFound();
});

test("planted into the answer to a submission", async () => {
  provider.accept = () => ({ code: 200, data: { taskId: SECRETS.CALLBACK_TOKEN } });
  provider.files.set("https://cdn.example.com/source.mp3", new Uint8Array(100));
  const body = {
    uploadUrl: "https://cdn.example.com/source.mp3",
    title: "x",
    tags: "x",
    negativeTags: "x",
    force: true,
  };
  const response = await worker(acting("POST", "/tasks", {}, JSON.stringify(body)));
  said.push(await response.text());
  expect(response.status).toBe(202);
  await expectNoneFound();
});

/** Another secret in another form in each string that may hold anything. */
function planted(value: unknown, at: number, name = ""): unknown {
  if (typeof value === "string") {
    if (STRUCTURE.test(name)) return value;
    if (name === "resultJson") return JSON.stringify(planted(JSON.parse(value), at));
    shift += 1;
    const text = WRITTEN[at]?.(PLANTED[shift % PLANTED.length] ?? "") ?? "";
    return value.startsWith("http") ? `${value}?${text}` : text;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => planted(one, at));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => [key, planted(one, at, key)]);
  return Object.fromEntries(entries);
}

async function sayAllOf(taskId: string): Promise<void> {
  for (const page of PAGES) said.push(await textOf(`/tasks/${taskId}${page}`));
  said.push(await textOf(`/tasks/${taskId}`, { accept: "text/html" }));
}

async function textOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await worker(reading(path, headers))).text();
}

async function expectNoneFound(): Promise<void> {
  const { files, values, catalog } = await everythingStored();
  const bodies = await Promise.all(files.map(async ([key]) => (await env.AUDIO.get(key))?.text() ?? ""));
  const all = [...said, JSON.stringify([files, values, catalog]), ...bodies].join("\n");
  const macs = [CAPABILITY, SOURCE_LINK].flatMap((value) => value.split(".").slice(-1));
  for (const text of [all, unescaped(all), unescaped(unescaped(all)), unescaped(unescaped(unescaped(all)))])
    expect(foundIn(text, [...PLANTED, ...macs])).toEqual([]);
  expect(all).toContain("[removed]");
}

function unescaped(text: string): string {
  return text
    .replaceAll(/%([0-9a-f]{2})|\\u00([0-9a-f]{2})|&#x([0-9a-f]{2});/gi, (_, ...digits: string[]) =>
      String.fromCharCode(Number.parseInt(digits.slice(0, 3).join(""), 16)),
    )
    .replaceAll(/&#(\d{2,3});/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\\([\\/"])|&quot;/g, (_, char: string | undefined) => char ?? '"');
}

function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (char) => char.charCodeAt(0));
}
