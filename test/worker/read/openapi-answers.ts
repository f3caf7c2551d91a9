/** Questions to the routes of sources, choices and the inbox, with what they are answered: for the API's description. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sha256Hex } from "../../../src/core/ids.ts";
import { brokenBody, message, newTaskId, track } from "../messages.ts";
import { playProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { forged } from "../sessions.ts";
import { acting, callback, reading, request, worker, workerWith, type Fetch } from "../worker.ts";

export type Answer = readonly [operationId: string, ask: Request, as?: Fetch];

const LINK = "https://cdn.example.com/v.mp3";

/** Stems that nobody submitted. */
export async function keptStems(): Promise<string> {
  const taskId = newTaskId();
  return kept(taskId, { code: 200, msg: "ok", data: { task_id: taskId, vocal_removal_info: { vocal_url: LINK } } });
}

/** A song of which nothing is missing. */
export async function keptSong(): Promise<string> {
  const taskId = newTaskId();
  return kept(taskId, message(taskId, "complete", [track("a", { audio_url: LINK, duration: null })]));
}

async function kept(taskId: string, body: object): Promise<string> {
  playProvider().files.set(LINK, SONG);
  await worker(callback(body));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  return taskId;
}

export async function deliveryAnswers(): Promise<readonly Answer[]> {
  const due = JSON.stringify(message(newTaskId(), "text"));
  const facts = { verdict: "token", receivedAt: new Date().toISOString(), host: "backline.test" };
  await env.AUDIO.put(`inbox/due/${sha256Hex(due)}-${"0".repeat(16)}`, due, {
    customMetadata: { ...facts, reason: "unreachable", taskId: newTaskId() },
  });
  await worker(callback("{ no task"));
  return [deliver(due), deliver("{ no task")];
}

export function choiceAnswers(taskId: string, unknownId: string, deletedId: string): readonly Answer[] {
  return [
    ...readAnswers("chooseTrack", "PUT", `/tasks/${taskId}/chosen`),
    ...[taskId, unknownId, deletedId].map((id): Answer => [
      "chooseTrack",
      acting("PUT", `/tasks/${id}/chosen`, {}, JSON.stringify({ trackId: "a" })),
    ]),
  ];
}

export function uploadAnswers(): readonly Answer[] {
  return [
    ["uploadSource", request("/sources", { method: "POST" })],
    ["uploadSource", upload("x"), workerWith({ API_TOKEN: "" })],
    ["uploadSource", forged("POST", "/sources")],
    ["uploadSource", acting("POST", "/sources?x=2")],
    ["uploadSource", upload("no song")],
    ["uploadSource", upload(brokenBody("no")), workerWith({})],
    ["uploadSource", upload(SONG), workerWith({ MAX_AUDIO_BYTES: "10" })],
    ["uploadSource", upload(SONG)],
    ...readAnswers("readSource", "GET", `/sources/${sha256Hex(SONG)}`, "?x=2"),
    ["readSource", reading("/sources/unknown")],
    ...[
      { "if-none-match": "*" },
      { "if-match": '"another"' },
      { range: "bytes=0-3" },
      { range: `bytes=${SONG.length}-` },
    ].map((headers): Answer => ["readSource", reading(`/sources/${sha256Hex(SONG)}`, headers)]),
  ];
}

function deliver(body: string): Answer {
  return ["deliverAgain", acting("POST", `/inbox/${sha256Hex(body)}/deliver`)];
}

function upload(body: BodyInit): Request {
  return new Request(acting("POST", "/sources"), { method: "POST", body });
}

/**
 * An answer, a refusal of who has no token, one of a Worker that has none, of another site's form where it would act,
 * and of a bad query: what acts takes none that it does not know.
 */
export function readAnswers(operationId: string, method: string, path: string, badQuery?: string): readonly Answer[] {
  const acts = method !== "GET" && method !== "HEAD";
  const query = badQuery ?? (acts ? "?bogus=1" : undefined);
  const bad: readonly Answer[] = query === undefined ? [] : [[operationId, acting(method, path + query)]];
  return [
    [operationId, request(path, { method })],
    [operationId, acting(method, path), workerWith({ API_TOKEN: "" })],
    ...(acts ? [[operationId, forged(method, path)] as const] : []),
    ...bad,
    [operationId, acting(method, path)],
  ];
}
