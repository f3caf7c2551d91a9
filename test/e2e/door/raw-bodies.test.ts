/** Bodies that lie about themselves, on a socket of their own: no client of HTTP would send them. */
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import * as z from "zod";
import { sha256Hex } from "../../../src/core/ids.ts";
import { backlineClient, type BacklineClient } from "../../rig/local/backline-client.ts";
import { type LocalWorker, startWorker } from "../../rig/local/worker.ts";
import { API_TOKEN, CALLBACK_TOKEN } from "../stand.ts";

const MIB = 1_024 * 1_024;
const DOOR = `/callback/${CALLBACK_TOKEN}`;
const GZIP = "Content-Encoding: gzip";
const CHUNKED = "Transfer-Encoding: chunked";
const inboxPage = z.object({
  items: z.array(z.object({ sha256: z.string(), reason: z.string(), bytes: z.int() })),
});

let worker: LocalWorker;

beforeAll(async () => {
  worker = await startWorker({
    bundle: inject("bundle"),
    dataDir: null,
    port: 0,
    vars: { CALLBACK_TOKEN, API_TOKEN },
  });
});
afterEach(goesOnAnswering);
afterAll(() => worker.stop());

test("what a Content-Length leaves over is no part of the delivery, and no other one", async () => {
  const cut = messageFor("cut").slice(0, -5);
  expect(await exchange([`Content-Length: ${cut.length}`], messageFor("cut"))).toEqual([200, 400]);
  expect(await inbox()).toContainEqual({ sha256: sha256Hex(cut), reason: "not_json", bytes: cut.length });
  expect(await client().task("cut")).toBeNull();
  // In the form of a request it is one, and has to prove itself.
  const hidden = messageFor("hidden");
  const next = `POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`;
  const open = messageFor("open");
  expect(await exchange([`Content-Length: ${open.length}`], open + next)).toEqual([200, 401]);
  expect(await client().task("open")).toMatchObject({ stage: "text" });
  expect(await client().task("hidden")).toBeNull();
});

test.each([
  ["too high", 400, ["Content-Length: 1000"], messageFor("refused")],
  ["over the limit", 413, [`Content-Length: ${MIB + 1}`], "{"],
  ["over all limits", 400, ["Content-Length: 99999999999999999999999"], "{}"],
  ["negative", 400, ["Content-Length: -1"], "{}"],
  ["no number", 400, ["Content-Length: two"], "{}"],
  ["there twice", 400, ["Content-Length: 2", "Content-Length: 3"], "{} "],
])("a Content-Length that is %s is refused with %i, and nothing is kept", async (_, status, head, body) => {
  const before = await inbox();
  expect(await exchange(head, body)).toEqual([status]);
  expect(await client().task("refused")).toBeNull();
  expect(await inbox()).toEqual(before);
});

test.each([
  ["is larger than the limit", 413, chunk("x".repeat(MIB / 2)) + chunk("x".repeat(MIB / 2)) + chunk("x")],
  ["has no end", 400, chunk(messageFor("refused"))],
  ["ends within a chunk", 400, chunk(messageFor("refused")).slice(0, -10)],
  ["has a chunk of no length", 400, `zz\r\n${messageFor("refused")}\r\n0\r\n\r\n`],
])("a chunked body that %s is refused with %i, and nothing is kept", async (_, status, body) => {
  const before = await inbox();
  expect(await exchange([CHUNKED], body)).toEqual([status]);
  expect(await client().task("refused")).toBeNull();
  expect(await inbox()).toEqual(before);
});

test("a compressed body is kept as it came, and never unpacked", async () => {
  const [message, bomb] = [gzipSync(messageFor("packed")), gzipSync(new Uint8Array(50 * MIB))];
  for (const bytes of [message, bomb]) {
    expect(await exchange([GZIP, `Content-Length: ${bytes.length}`], bytes)).toEqual([200]);
    expect(await inbox()).toContainEqual({ sha256: sha256Hex(bytes), reason: "not_utf8", bytes: bytes.length });
  }
  expect(await client().task("packed")).toBeNull();
  const before = await inbox();
  expect(await exchange([GZIP, `Content-Length: ${message.length}`], message, "/callback/wrong")).toEqual([401]);
  expect(await exchange([GZIP, `Content-Length: ${MIB + 1}`], message)).toEqual([413]);
  expect(await inbox()).toEqual(before);
});

test.each([
  ["in one piece", []],
  ["20 bytes of them first", [20]],
  ["in pieces, each too short to tell", [1, 13, 14, 500, 1_000]],
])("notes over the limit are taken, %s", async (_, cuts) => {
  const taskId = `notes-${cuts.length}`;
  const body = notesOf(taskId, 40_000);
  expect(body.length).toBeGreaterThan(MIB + 100_000);
  const pieces = [0, ...cuts].map((from, index) => body.slice(from, cuts[index]));
  expect(await exchange([`Content-Length: ${body.length}`], pieces)).toEqual([200]);
  expect(await client().task(taskId)).toMatchObject({ product: "midi", stage: "complete" });
  const chunked = pieces.map(chunk).concat("0\r\n\r\n");
  expect(await exchange([CHUNKED], chunked)).toEqual([200]);
});

test("what begins like notes only after its first 1,024 bytes is over the limit", async () => {
  const late = `{"pad":"${"x".repeat(1_024)}",${notesOf("late", 40_000).slice(1)}`;
  for (const pieces of [[late], [late.slice(0, 20), late.slice(20)]])
    expect(await exchange([`Content-Length: ${late.length}`], pieces)).toEqual([413]);
});

test("a megabyte in a header or in the path opens nothing", async () => {
  const before = await inbox();
  const long = "x".repeat(MIB);
  const statuses = [
    ...(await exchange([`Authorization: Bearer ${long}`, "Content-Length: 2"], "{}", "/callback")),
    ...(await exchange(["Content-Length: 2"], "{}", `/callback/${long}`)),
    ...(await exchange(["Content-Length: 2"], "{}", `${DOOR}${long}`)),
  ];
  // Whoever goes on sending may find the connection closed before there was an answer.
  expect(statuses.filter((status) => status < 400)).toEqual([]);
  expect(await inbox()).toEqual(before);
});

/**
 * Sends it all and no more, with a pause between pieces, and reads until the Worker closes the connection. The status
 * of each answer.
 */
async function exchange(
  head: readonly string[],
  body: string | Uint8Array | readonly string[],
  path = DOOR,
): Promise<readonly number[]> {
  const { hostname, port } = new URL(worker.origin);
  const socket = connect(Number(port), hostname);
  let answers = "";
  socket.setEncoding("latin1").on("data", (text: string) => (answers += text));
  // That a server closes without reading on is not its fault.
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const start = [`POST ${path} HTTP/1.1`, "Host: backline", ...head, "", ""].join("\r\n");
  const [first = "", ...rest] = typeof body === "string" || body instanceof Uint8Array ? [body] : body;
  socket.setNoDelay().write(Buffer.concat([Buffer.from(start), Buffer.from(first)]));
  for (const piece of rest) {
    await setTimeout(100);
    socket.write(piece);
  }
  socket.end();
  await closed;
  return Array.from(answers.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
}

async function inbox(): Promise<z.infer<typeof inboxPage>["items"]> {
  return inboxPage.parse(await (await client().get("/inbox?limit=100")).json()).items;
}

function client(): BacklineClient {
  return backlineClient(worker.origin, API_TOKEN);
}

async function goesOnAnswering(): Promise<void> {
  const response = await fetch(worker.origin + DOOR, { method: "POST", body: messageFor("afterwards") });
  expect(response.status).toBe(200);
}

function messageFor(taskId: string): string {
  return JSON.stringify({ code: 200, data: { callbackType: "text", task_id: taskId, data: [] } });
}

function notesOf(taskId: string, count: number): string {
  const notes = Array.from({ length: count }, (_, at) => ({ pitch: at % 128, start: at, end: at + 1 }));
  return JSON.stringify({ code: 200, data: { taskId, instruments: [{ name: "Piano", notes }] } });
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
