/** The Worker's answers against its own description: every operation, asked well and badly. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startReceiver, type Receiver } from "../../rig/local/receiver.ts";
import type { Stand } from "../stand.ts";
import { beyond, insideOf, outsideOf } from "./bounds.ts";
import { readDescription, type Ask, type Description, type Operation } from "./description.ts";
import { groundOf, send, startWorld } from "./ground.ts";
import { requestsOf, type Ground, type Requests } from "./requests.ts";

/** Acts that are done once. */
const SPENT = new Set(["logOut"]);

let receiver: Receiver;
let stand: Stand;
let description: Description;
let ground: Ground;
let requests: Readonly<Record<string, Requests>>;

beforeAll(async () => {
  receiver = await startReceiver();
  const secret = `whsec_${Buffer.from("a key of the contract's tests!").toString("base64")}`;
  stand = await startWorld({ url: receiver.url, secret });
  description = await readDescription(stand.origin);
  ground = await groundOf(stand);
  requests = requestsOf(ground);
});
afterAll(async () => {
  await stand.stop();
  await receiver[Symbol.asyncDispose]();
});

test("no operation is left out", () => {
  expect(Object.keys(requests).toSorted()).toEqual([...description.operations.keys()].toSorted());
});

test("a good request of each is one that the description allows, and so is its answer", async () => {
  const faults: unknown[] = [];
  for (const [id, operation] of description.operations) {
    const { good } = requests[id] ?? {};
    if (good === undefined) continue;
    const answer = await send(stand.origin, operation, good);
    const found = [
      ...description.faultsOfRequest(operation, good),
      ...(answer.status === good.status ? [] : [`${answer.status} and not ${good.status}`]),
      ...(await description.faultsOfAnswer(operation, answer)),
    ];
    if (found.length > 0) faults.push({ id, found });
  }
  expect(faults).toEqual([]);
});

test("what another one is answered is as described, too", async () => {
  const faults: unknown[] = [];
  for (const [id, operation] of description.operations)
    for (const other of requests[id]?.others ?? []) {
      const answer = await send(stand.origin, operation, other);
      const found = [
        ...(answer.status === other.status ? [] : [`${answer.status} and not ${other.status}`]),
        ...(await description.faultsOfAnswer(operation, answer)),
      ];
      if (found.length > 0) faults.push({ id, other, found });
    }
  expect(faults).toEqual([]);
});

test("a query name that no operation describes is refused by each that needs a token", async () => {
  const surprises: unknown[] = [];
  for (const [id, operation] of description.operations) {
    const { good } = requests[id] ?? {};
    if (good === undefined || good.token === null || SPENT.has(id)) continue;
    const answer = await send(stand.origin, operation, { ...good, query: { ...good.query, bogus: "1" } });
    const found = await description.faultsOfAnswer(operation, answer);
    if (answer.status !== 400 || found.length > 0) surprises.push({ id, status: answer.status, found });
  }
  expect(surprises).toEqual([]);
});

test("three bad requests of each are refused as described", async () => {
  const faults: unknown[] = [];
  for (const [id, operation] of description.operations)
    for (const bad of requests[id]?.bad ?? []) {
      const answer = await send(stand.origin, operation, bad);
      const found = [
        ...(answer.status === bad.status ? [] : [`${answer.status} and not ${bad.status}`]),
        ...(await description.faultsOfAnswer(operation, answer)),
      ];
      if (found.length > 0) faults.push({ id, bad, found });
    }
  expect(faults).toEqual([]);
});

test("every notice is one that the description announces", async () => {
  const sent = receiver.sentAbout(ground.taskId);
  expect(sent.map(({ type }) => type)).toContain("task.settled");
  const faults = sent.flatMap(({ type, headers, body }) => description.faultsOfNotice(type, headers, body));
  expect(faults).toEqual([]);
});

test("an answer that is not as described is found out", async () => {
  const read = operationOf("readTask");
  const [task, json] = [await stand.client.task(ground.taskId), { "content-type": "application/json" }];
  const tagged = { ...json, etag: '"x"' };
  const track = { ...task?.tracks[0], audio: { ...task?.tracks[0]?.audio, sha256: "short" } };
  const spoiled: readonly (readonly [fault: RegExp, answer: Response])[] = [
    [/^418 is not described$/, new Response(null, { status: 418 })],
    [/without ETag$/, Response.json(task, { headers: json })],
    [/is text\/plain/, new Response("{}", { headers: { ...tagged, "content-type": "text/plain" } })],
    [/must have required property 'version'/, Response.json({ ...task, version: undefined }, { headers: tagged })],
    [/pattern/, Response.json({ ...task, tracks: [track] }, { headers: tagged })],
    [/has a body/, new Response("x", { status: 200, headers: json })],
  ];
  for (const [index, [fault, answer]] of spoiled.entries()) {
    const asked = index === spoiled.length - 1 ? operationOf("inspectAudio") : read;
    expect((await description.faultsOfAnswer(asked, answer)).join("; ")).toMatch(fault);
  }
});

/** Over it counts as it. */
const CLAMPED = new Set(["limit", "wait"]);

test("a query outside of its bounds is refused, and one at its bounds is answered", async () => {
  const surprises: unknown[] = [];
  for (const [id, operation] of description.operations)
    for (const { name, in: place, schema } of operation.parameters) {
      const { good } = requests[id] ?? {};
      // What may be asked once only was asked before, and headers of conditions have no bounds.
      if (good === undefined || place !== "query" || SPENT.has(id)) continue;
      const ask = (value: unknown): Ask => ({ ...good, query: { ...good.query, [name]: String(value) } });
      for (const value of beyond(schema)) {
        // In a query all is text.
        if (schema["type"] === "string" && typeof value !== "string") continue;
        const answer = await send(stand.origin, operation, ask(value));
        const isClamped = CLAMPED.has(name) && Number(value) > Number(schema["maximum"]);
        if (answer.status !== (isClamped ? good.status : 400))
          surprises.push({ id, name, value, status: answer.status });
      }
    }
  expect(surprises).toEqual([]);
});

/** For what the fields of a request need of each other, which its description says in words. */
const ENOUGH = { customMode: false, defaultParamFlag: false, prompt: "x", infillStartS: 0, infillEndS: 10 };

test("a submission of any product outside of its bounds is refused before the provider is asked", async () => {
  const submit = operationOf("submitTask");
  const surprises: unknown[] = [];
  let tried = 0;
  /** Which problem it was, if any. */
  const kindOf = async (body: object): Promise<string | undefined> => {
    const answer = await send(stand.origin, submit, { body });
    expect(await description.faultsOfAnswer(submit, answer.clone())).toEqual([]);
    return /^\{"type":"urn:backline:problem:(\w+)"/.exec(await answer.text())?.[1];
  };
  for (const [name, schema] of Object.entries(description.schemas)) {
    if (!name.endsWith("Submission") || name === "AnySubmission") continue;
    const inside = insideOf(schema, { ...ENOUGH, uploadUrl: ground.nothingUrl, taskId: ground.taskId, audioId: "a" });
    const kind = await kindOf(inside);
    if (kind === "invalid_request") surprises.push({ name, inside });
    for (const { field, value } of outsideOf(schema, inside)) {
      // A product that is none is another request altogether.
      if (field === "product") continue;
      tried += 1;
      const refused = await kindOf(value);
      if (refused !== "invalid_request") surprises.push({ name, field, value, refused });
    }
  }
  expect(surprises).toEqual([]);
  expect(tried).toBeGreaterThan(150);
});

function operationOf(id: string): Operation {
  const operation = description.operations.get(id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  return operation;
}
