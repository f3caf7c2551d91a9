/** The API's description against the Worker that serves it: its routes and its answers. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { app } from "../../../src/app.ts";
import { sha256Hex } from "../../../src/core/ids.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { brokenBody, message, newTaskId, track } from "../messages.ts";
import {
  choiceAnswers,
  deliveryAnswers,
  keptSong,
  keptStems,
  readAnswers,
  uploadAnswers,
  type Answer,
} from "./openapi-answers.ts";
import { reservation, song, staleWrites } from "./openapi-requests.ts";
import { playProvider, recordOf, type PlayedProvider } from "../provider-api.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { configureWithKey } from "../settings.ts";
import { forged, loggingIn, session, share, sharing } from "../sessions.ts";
import {
  acting,
  callback,
  problemOf,
  reading,
  request,
  signedCallback,
  worker,
  workerWith,
  type Fetch,
} from "../worker.ts";

configureWithKey(1);

/** Our own fault, floods, and who only reads: they are seen elsewhere. */
const SEEN_ELSEWHERE = new Set(["internal", "overloaded", "too_many_failures", "read_only"]);
const told = workerWith({ NOTIFY_URL: "https://example.com/told", NOTIFY_SECRET: "secret-of-the-notices-0123" });
const LARGE = "x".repeat(65_536 + 1);

/** What the forms of the pages post to: a form can neither DELETE nor be told of JSON. */
const OF_FORMS = new Set([
  ...["delete", "adopt", "chosen", "shares/:shareId/delete"].map((action) => `POST /tasks/:id/${action}`),
  "POST /new",
]);

const content = z.record(z.string(), z.looseObject({ examples: z.record(z.string(), z.unknown()).optional() }));
const operation = z.looseObject({
  operationId: z.string(),
  responses: z.record(z.string(), z.looseObject({ content: content.optional() })),
});
const description = z.looseObject({
  openapi: z.literal("3.1.1"),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

test("it is open, and cached for as long as it is the same", async () => {
  const response = await workerWith({ API_TOKEN: "" })(request("/openapi.json"));
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  const etag = response.headers.get("etag") ?? "";
  const again = await worker(request("/openapi.json", { headers: { "if-none-match": etag } }));
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

test("it describes the routes that exist, and no other", async () => {
  const { paths } = await described();
  const written = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const real = app.routes
    .filter(({ method, path }) => method !== "ALL" && !OF_FORMS.has(`${method} ${path}`))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  // HEAD comes with GET.
  expect(written.filter((route) => !route.startsWith("HEAD ")).toSorted()).toEqual([...new Set(real)].toSorted());
  const headed = written.filter((route) => route.startsWith("HEAD "));
  expect(real).toEqual(expect.arrayContaining(headed.map((route) => route.replace("HEAD", "GET"))));
});

test("every answer that it describes can be had, and no other comes", async () => {
  const { paths } = await described();
  const written = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, response]) =>
        kindsOf(response.content).map((kind) => `${operationId} ${status} ${kind}`),
      ),
    );
  const had = new Set<string>();
  for (const [operationId, ask, as = worker] of await answers()) {
    const response = await as(ask);
    const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
    const kind = isProblem && response.body !== null ? (await problemOf(response)).type : "-";
    had.add(`${operationId} ${response.status} ${kind}`);
  }
  // HEAD answers a problem without its document.
  const expected = written.map((answer) => (answer.startsWith("inspect") ? answer.replace(/urn.*/, "-") : answer));
  expect([...had].toSorted()).toEqual([...new Set(expected)].toSorted());
});

async function described(): Promise<z.infer<typeof description>> {
  return description.parse(await (await worker(request("/openapi.json"))).json());
}

/** The problem types of a response, `-` for what is no problem. */
function kindsOf(content: z.infer<typeof operation>["responses"][string]["content"]): readonly string[] {
  const examples = content?.["application/problem+json"]?.examples;
  if (examples === undefined) return ["-"];
  return Object.keys(examples).flatMap((name) => (SEEN_ELSEWHERE.has(name) ? [] : [`urn:backline:problem:${name}`]));
}

async function etagOf(path: string): Promise<string> {
  return (await worker(reading(path))).headers.get("etag") ?? "";
}

async function answers(): Promise<readonly Answer[]> {
  const [taskId, deletedId, unknownId, emptyId] = [newTaskId(), newTaskId(), newTaskId(), newTaskId()];
  const links = { audio_url: "https://cdn.example.com/a.mp3", image_url: "https://cdn.example.com/a.jpeg" };
  serveFiles({ [links.audio_url]: SONG, [links.image_url]: COVER });
  await worker(callback(message(taskId, "complete", [track("a", links), track("b")])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await env.TASKS.getByName(taskId).assess();
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await worker(callback(message(emptyId, "text")));
  await worker(callback(message(deletedId, "text")));
  await worker(acting("DELETE", `/tasks/${deletedId}`));
  vi.restoreAllMocks();
  const [stems, whole] = [await keptStems(), await keptSong()];
  const gone = await goneAnswers();
  const provider = playProvider();

  const viewTag = await etagOf(`/tasks/${taskId}`);
  const documentTag = await etagOf("/openapi.json");
  return [
    ...callbackAnswers(),
    ...readAnswers("listTasks", "GET", "/tasks", "?limit=x"),
    ...readAnswers("readTask", "GET", `/tasks/${taskId}`, "?wait=x"),
    ["readTask", reading(`/tasks/${taskId}`, { "if-none-match": viewTag })],
    ["readTask", reading(`/tasks/${taskId}?min_version=999`)],
    ...readAnswers("listEvents", "GET", `/tasks/${taskId}/events`, "?cursor=x"),
    ...fileAnswers(taskId, unknownId, deletedId),
    ...productFileAnswers(stems, unknownId, deletedId),
    ...gone,
    ...readAnswers("deliverAgain", "POST", `/inbox/${sha256Hex("never came")}/deliver`),
    ...(await deliveryAnswers()),
    ...readAnswers("listInbox", "GET", "/inbox", "?cursor=x"),
    ...(await accessAnswers(taskId, unknownId, deletedId)),
    ["readFront", request("/")],
    ...readAnswers("readStats", "GET", "/stats", "?days=7"),
    ["readHealth", request("/health")],
    ["readHealth", request("/health?t=1")],
    ["readDocs", request("/docs")],
    ["readDocsSection", request("/docs/problems")],
    ["readDocsSection", request("/docs/music")],
    ["readDescription", request("/openapi.json")],
    ["readDescription", request("/openapi.json", { headers: { "if-none-match": documentTag } })],
    ...readAnswers("retryTasks", "POST", "/tasks/retry?status=stalled", "&limit=0"),
    ...readAnswers("retryTask", "POST", `/tasks/${taskId}/retry`),
    ...readAnswers("rebuildTask", "POST", `/tasks/${taskId}/rebuild`),
    ...readAnswers("assessTask", "POST", `/tasks/${taskId}/assess`),
    ...readAnswers("downloadFiles", "GET", `/tasks/${taskId}/files.zip`, "?format=tar"),
    ["downloadFiles", reading(`/tasks/${emptyId}/files.zip`)],
    ...choiceAnswers(taskId, unknownId, deletedId),
    ...readAnswers("notifyTask", "POST", `/tasks/${taskId}/notify`),
    ["notifyTask", acting("POST", `/tasks/${taskId}/notify`), told],
    ...readAnswers("recoverTask", "POST", `/tasks/${taskId}/recover`),
    ["recoverTask", acting("POST", `/tasks/${stems}/recover`)],
    ["recoverTask", acting("POST", `/tasks/${whole}/recover`)],
    ...[unknownId, deletedId].flatMap((id): readonly Answer[] => [
      ["readTask", reading(`/tasks/${id}`)],
      ["listEvents", reading(`/tasks/${id}/events`)],
      ["retryTask", acting("POST", `/tasks/${id}/retry`)],
      ["rebuildTask", acting("POST", `/tasks/${id}/rebuild`)],
      ["assessTask", acting("POST", `/tasks/${id}/assess`)],
      ["notifyTask", acting("POST", `/tasks/${id}/notify`), told],
      ["recoverTask", acting("POST", `/tasks/${id}/recover`)],
      ["downloadFiles", reading(`/tasks/${id}/files.zip`)],
    ]),
    ...sourceAnswers(provider),
    ...uploadAnswers(),
    ...readAnswers("showSubmissionForm", "GET", "/new", "?from=a&from=b"),
    ...[unknownId, deletedId].map((id): Answer => ["showSubmissionForm", reading(`/new?from=${id}`)]),
    ...(await submitAnswers(provider, unknownId, deletedId)),
    ...adoptAnswers(provider, taskId, unknownId, deletedId),
    ...staleWrites(taskId),
    ...readAnswers("deleteTask", "DELETE", `/tasks/${taskId}`),
    ["deleteTask", acting("DELETE", `/tasks/${unknownId}`)],
  ];
}

async function accessAnswers(taskId: string, unknownId: string, deletedId: string): Promise<readonly Answer[]> {
  const { shareId } = await share(taskId);
  const unset = workerWith({ API_TOKEN: "" });
  return [
    ["showLogin", request("/login")],
    ["showLogin", request("/login", { headers: session(), redirect: "manual" })],
    ["showLogin", request("/login"), unset],
    ["logIn", loggingIn(SECRETS.API_TOKEN)],
    ["logIn", loggingIn("wrong")],
    ["logIn", loggingIn(LARGE)],
    ["logIn", forged("POST", "/login")],
    ["logIn", request("/login", { method: "POST", body: "--x", headers: { "content-type": "multipart/form-data" } })],
    ["logIn", loggingIn(SECRETS.API_TOKEN), unset],
    ["logOut", forged("POST", "/logout")],
    ["logOut", request("/logout?everywhere", { method: "POST", headers: { "sec-fetch-site": "same-origin" } })],
    [
      "logOut",
      request("/logout", { method: "POST", headers: { "sec-fetch-site": "same-origin" }, redirect: "manual" }),
    ],
    ...readAnswers("shareTask", "POST", `/tasks/${taskId}/share`),
    ["shareTask", sharing(unknownId, {})],
    ["shareTask", sharing(deletedId, {})],
    ["shareTask", sharing(taskId, { trackId: "none" })],
    ["shareTask", acting("POST", `/tasks/${taskId}/share`, {}, LARGE)],
    ...readAnswers("listShares", "GET", `/tasks/${taskId}/shares`, "?limit=1"),
    ...[unknownId, deletedId].map((id): Answer => ["listShares", reading(`/tasks/${id}/shares`)]),
    ...readAnswers("revokeShare", "DELETE", `/tasks/${taskId}/shares/none`),
    ["revokeShare", acting("DELETE", "/tasks/no%20id/shares/none")],
    ["revokeShare", acting("DELETE", `/tasks/${taskId}/shares/${shareId}`)],
  ];
}

function submitted(body: object, key: string = crypto.randomUUID()): Request {
  return acting("POST", "/tasks", { "idempotency-key": key }, JSON.stringify(body));
}

function sourceAnswers(provider: PlayedProvider): readonly Answer[] {
  provider.files.set(song.uploadUrl, SONG);
  return [
    ["checkSource", request("/sources/check", { method: "POST" })],
    ["checkSource", check({}), workerWith({ API_TOKEN: "" })],
    ["checkSource", forged("POST", "/sources/check")],
    ["checkSource", acting("POST", "/sources/check?bogus=1")],
    ["checkSource", check({})],
    ["checkSource", acting("POST", "/sources/check", {}, LARGE)],
    ["checkSource", check({ url: "https://cdn.example.com/nothing.mp3" })],
    ["checkSource", check({ url: song.uploadUrl })],
  ];
}

function check(body: object): Request {
  return acting("POST", "/sources/check", {}, JSON.stringify(body));
}

async function submitAnswers(
  provider: PlayedProvider,
  unknownId: string,
  deletedId: string,
): Promise<readonly Answer[]> {
  provider.files.set(song.uploadUrl, SONG);
  // Two keys whose task is no more.
  for (const [ref, taskId] of [
    ["gone", unknownId],
    ["deleted", deletedId],
  ] as const) {
    await catalogOf(env).reserve(reservation(ref));
    await catalogOf(env).resolve(ref, taskId, Date.now());
    await catalogOf(env).handedOver(ref);
  }
  await catalogOf(env).reserve(reservation("flying"));
  const when =
    (answer: object | null): Fetch =>
    async (ask) => {
      provider.accept = () => answer;
      return worker(ask);
    };
  return [
    ["submitTask", request("/tasks", { method: "POST" })],
    ["submitTask", submitted(song), workerWith({ API_TOKEN: "" })],
    ["submitTask", forged("POST", "/tasks")],
    ["submitTask", acting("POST", "/tasks?bogus=1")],
    ["submitTask", submitted({})],
    ["submitTask", acting("POST", "/tasks", {}, LARGE)],
    ["submitTask", submitted({ ...song, uploadUrl: "https://cdn.example.com/nothing.mp3" })],
    ["submitTask", submitted(song, "taken"), when({ code: 200, data: { taskId: newTaskId() } })],
    ["submitTask", submitted({ ...song, title: "Other" }, "taken")],
    ["submitTask", submitted(song, "lost"), when(null)],
    ["submitTask", submitted(song, "lost")],
    ["submitTask", submitted(song, "flying")],
    ["submitTask", submitted(song), when({ code: 429, data: null })],
    ["submitTask", submitted(song), when({ code: 430, data: null })],
    ["submitTask", submitted(song), when({ code: 500, data: null })],
    ["submitTask", submitted(song, "gone")],
    ["submitTask", submitted(song, "deleted")],
  ];
}

function adoptAnswers(
  provider: PlayedProvider,
  taskId: string,
  unknownId: string,
  deletedId: string,
): readonly Answer[] {
  const [adoptedId, swappedId] = [newTaskId(), newTaskId()];
  provider.records.set(adoptedId, recordOf(adoptedId, []));
  // The record of another task is no answer.
  provider.records.set(swappedId, recordOf(adoptedId, []));
  return [
    ...readAnswers("adoptTask", "PUT", `/tasks/${taskId}`),
    ...[adoptedId, `${taskId}?product=wav`, swappedId, unknownId, deletedId].map((asked): Answer => [
      "adoptTask",
      acting("PUT", `/tasks/${asked}`),
    ]),
    ["adoptTask", acting("PUT", `/tasks/${unknownId}?product=drums`)],
  ];
}

function callbackAnswers(): readonly Answer[] {
  const bare = workerWith({ CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "" });
  const signature = {
    "x-webhook-timestamp": "1769670760",
    "x-webhook-signature": "xG6/yOyrMyJtUdc1yjmHpKLHSHF3MpzOPa6uxSj3qb4=",
  };
  const body = message("ee9c2715375b7837f8bb51d641ff5863", "text");
  const large = "x".repeat(1_024 * 1_024 + 1);
  return [
    ["receiveCallback", callback(body)],
    ["receiveCallback", callback(body, { token: "wrong" })],
    ["receiveCallback", callback(large)],
    ["receiveCallback", callback(brokenBody("{")), workerWith({})],
    ["receiveCallback", callback(body), bare],
    ["receiveSignedCallback", signedCallback(body, signature)],
    ["receiveSignedCallback", signedCallback(body, {})],
    ["receiveSignedCallback", signedCallback(large, signature)],
    ["receiveSignedCallback", signedCallback(brokenBody("{"), signature), workerWith({})],
    ["receiveSignedCallback", signedCallback(body, signature), bare],
  ];
}

function productFileAnswers(taskId: string, unknownId: string, deletedId: string): readonly Answer[] {
  return [
    ...fileAnswersTo("readFile", "GET", "vocal", SONG.length, [taskId, unknownId, deletedId]),
    ...fileAnswersTo("inspectFile", "HEAD", "vocal", SONG.length, [taskId, unknownId, deletedId]),
  ];
}

function fileAnswers(taskId: string, unknownId: string, deletedId: string): readonly Answer[] {
  return [
    ...fileAnswersTo("readAudio", "GET", "audio", SONG.length, [taskId, unknownId, deletedId]),
    ...fileAnswersTo("inspectAudio", "HEAD", "audio", SONG.length, [taskId, unknownId, deletedId]),
    ...fileAnswersTo("readCover", "GET", "cover", COVER.length, [taskId, unknownId, deletedId]),
    ...readAnswers("readWaveform", "GET", `/tasks/${taskId}/tracks/a/waveform`, "?bits=8"),
    ["readWaveform", acting("GET", `/tasks/${taskId}/tracks/a/waveform`, { "if-none-match": "*" })],
    ...[`${taskId}/tracks/b`, `${unknownId}/tracks/a`, `${deletedId}/tracks/a`].map((of): Answer => [
      "readWaveform",
      acting("GET", `/tasks/${of}/waveform`),
    ]),
    ...fileAnswersTo("inspectCover", "HEAD", "cover", COVER.length, [taskId, unknownId, deletedId]),
  ];
}

/** Of a task whose files somebody took out of the bucket. */
async function goneAnswers(): Promise<readonly Answer[]> {
  const taskId = newTaskId();
  const links = { audio_url: "https://cdn.example.com/g.mp3", image_url: "https://cdn.example.com/g.jpeg" };
  const provider = playProvider();
  provider.files.set(links.audio_url, SONG).set(links.image_url, COVER);
  await worker(callback(message(taskId, "complete", [track("a", links)])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const kept = await env.AUDIO.list({ prefix: `tasks/${taskId}/` });
  await env.AUDIO.delete(kept.objects.map(({ key }) => key));
  const stems = await keptStems();
  await env.AUDIO.delete(`tasks/${stems}/vocal/file-1.mp3`);
  provider.files.clear();
  // A GET finds out, and from then on there is no such file; so each has a file of its own to miss.
  return [
    ["readAudio", acting("GET", `/tasks/${taskId}/tracks/a/audio`)],
    ["readCover", acting("GET", `/tasks/${taskId}/tracks/a/cover`)],
    ["readFile", acting("GET", `/tasks/${stems}/files/vocal`)],
  ];
}

function fileAnswersTo(
  operationId: string,
  method: string,
  file: string,
  bytes: number,
  [taskId, unknownId, deletedId]: readonly [string, string, string],
): readonly Answer[] {
  const part = file === "vocal" ? "files" : "tracks/a";
  const path = `/tasks/${taskId}/${part}/${file}`;
  return [
    ...readAnswers(operationId, method, path, "?downlaod"),
    [operationId, acting(method, path, { range: "bytes=0-3" })],
    [operationId, acting(method, path, { range: `bytes=${bytes}-` })],
    [operationId, acting(method, path, { "if-none-match": "*" })],
    [operationId, acting(method, path, { "if-match": '"another"' })],
    [
      operationId,
      acting(method, `/tasks/${taskId}/${part.replace("/a", "/b")}/${file}`.replace("files/vocal", "files/x")),
    ],
    [operationId, acting(method, `/tasks/${unknownId}/${part}/${file}`)],
    [operationId, acting(method, `/tasks/${deletedId}/${part}/${file}`)],
  ];
}
