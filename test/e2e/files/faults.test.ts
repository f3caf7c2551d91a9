/**
 * Files as they come from real servers: stored means verified, the reason is told, a passing fault heals.
 *
 * Each test spoils the audio of one track; the rest of its task is as usual.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { FileFault } from "../../rig/provider/hostile/faults.ts";
import type { Task, Track } from "../../rig/provider/ledger.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import { startOrigin } from "../origin.ts";
import { expectKept, startStand, trackOf, type Stand } from "../stand.ts";

const MAX_AUDIO_BYTES = 150_000;
const SHORT = song(2, 3).bytes;
const LARGE = song(3, 10).bytes;

let stand: Stand;
/** By the track that it spoils. */
const faults = new Map<string, FileFault>();

beforeAll(async () => {
  stand = await startStand({
    timeScale: 100,
    vars: { MAX_AUDIO_BYTES: String(MAX_AUDIO_BYTES) },
    provider: { faults: { file: ({ file }, track) => (file === "audio" && faults.get(track?.trackId ?? "")) || null } },
  });
});
afterAll(() => stand.stop());

const HARMLESS: Readonly<Record<string, FileFault>> = {
  "without a length": { kind: "no-length" },
  "compressed though nobody asked": { kind: "gzip" },
  "behind three redirects": { kind: "redirect", to: null, times: 3 },
  // Slower than the bound on silence in all, but never silent for that long.
  "in drips": { kind: "drip", bytesPerSecond: 18_000 },
};

test.concurrent.each(Object.entries(HARMLESS))("keeps a file that comes %s", async (_, fault) => {
  const { sent, spoiled } = submitSpoiled(fault);
  const view = await stand.finished(sent.taskId);
  await expectKept(stand, sent, view);
  expect(trackOf(view, spoiled.trackId).audio.contentType).toBe("audio/mpeg");
  // At the first attempt, but for a machine so busy that this process is silent for 3 s.
  const failures = (await stand.events(sent.taskId)).filter(({ type }) => type === "copy_failed");
  expect(failures.filter(({ reason }) => reason?.startsWith("timeout") !== true)).toEqual([]);
});

const PASSING: readonly (readonly [string, FileFault, RegExp])[] = [
  ["an error page with status 200", { kind: "html" }, /^not_audio: the server sent .*HTML/i],
  ["an empty file", { kind: "empty" }, /^empty: /],
  [
    "a file that is shorter than announced",
    { kind: "cut", afterBytes: 40_000, announced: true },
    /^(unreachable|truncated): /,
  ],
  [
    "a file that ends in the middle of a frame",
    { kind: "cut", afterBytes: 40_001, announced: false },
    /^truncated: MP3 ends after \d\.\d s of the \d\.\d s that are claimed/,
  ],
  ["a server that falls silent", { kind: "stall", afterBytes: 30_000 }, /^timeout: no byte for 3 s/],
  ["a server that never begins", { kind: "stall", afterBytes: 0 }, /^timeout: no byte for 3 s/],
  ["status 403", { kind: "status", status: 403 }, /^http_403: /],
  ["status 404", { kind: "status", status: 404 }, /^http_404: /],
  ["status 500", { kind: "status", status: 500 }, /^http_500: /],
  ["endless redirects", { kind: "redirect", to: null, times: 1_000 }, /^bad_redirect: more than 3 redirects/],
];

test.concurrent.each(PASSING)(
  "tells of %s, keeps nothing of it in the end, and tries again",
  async (_, fault, reason) => {
    const { sent, spoiled } = submitSpoiled(fault);
    const { taskId } = sent;
    const broken = await stand.viewWhen(taskId, (view) => reason.test(knownReason(view, spoiled) ?? ""));
    expect(trackOf(broken, spoiled.trackId).audio).toMatchObject({ state: "queued", url: null, sha256: null });
    expect((await stand.client.get(`/tasks/${taskId}/tracks/${spoiled.trackId}/audio`)).status).toBe(404);

    faults.delete(spoiled.trackId);
    const view = await stand.finished(taskId);
    await expectKept(stand, sent, view);
    const failures = (await stand.events(taskId)).filter(
      ({ type, file, trackId }) => type === "copy_failed" && file === "audio" && trackId === spoiled.trackId,
    );
    expect(failures.some((failure) => reason.test(failure.reason ?? ""))).toBe(true);
    expect(trackOf(view, spoiled.trackId).audio.attempts).toBe(failures.length + 1);
    // A cut attempt is put by until the whole file is published.
    await vi.waitFor(async () => expect(await stand.objects(taskId)).toHaveLength(4), {
      timeout: 10_000,
      interval: 200,
    });
  },
);

test.concurrent("refuses a redirect to an address that is not allowed, and never goes there", async () => {
  await using forbidden = await startOrigin(() => ({ body: SHORT }));
  const to = `http://localhost:${forbidden.port}/secret.mp3`;
  const { sent, spoiled } = submitSpoiled({ kind: "redirect", to, times: 1 });
  const view = await stand.viewWhen(sent.taskId, (now) => knownReason(now, spoiled) !== null);
  expect(knownReason(view, spoiled)).toBe(
    `refused: http://localhost:${forbidden.port} is not in AUDIO_ORIGINS (redirect 1)`,
  );
  const failure = (await stand.events(sent.taskId)).find(({ type }) => type === "copy_failed");
  expect(failure).toMatchObject({ trackId: spoiled.trackId, dead: true, reason: knownReason(view, spoiled) });
  expect(JSON.stringify(failure)).not.toContain("secret");
  expect(forbidden.requests).toEqual([]);
});

test.concurrent("refuses a link to an address that is not allowed, and never goes there", async () => {
  await using forbidden = await startOrigin(() => ({ body: SHORT }));
  const { taskId } = stand.submit("Forbidden", []);
  await stand.complete(taskId, [
    { id: "elsewhere", audio_url: `http://localhost:${forbidden.port}/a.mp3` },
    { id: "ourselves", audio_url: `${stand.origin}/health` },
  ]);
  const view = await stand.viewWhen(taskId, (now) => now.tracks.every(({ audio }) => audio.reason !== null));
  expect(trackOf(view, "elsewhere").audio.reason).toBe(
    `refused: http://localhost:${forbidden.port} is not in AUDIO_ORIGINS`,
  );
  expect(trackOf(view, "ourselves").audio.reason).toBe(`refused: ${new URL(stand.origin).host} is this Worker`);
  expect(forbidden.requests).toEqual([]);
});

test.concurrent("keeps a file behind raw spaces, and judges its type by its bytes", async () => {
  const types = ["application/octet-stream", "text/html", null];
  await using other = await startOrigin((path) => {
    const type = types[Number(/(\d)\.mp3$/.exec(path)?.[1])] ?? null;
    return { body: SHORT, headers: type === null ? {} : { "Content-Type": type } };
  });
  const { taskId } = stand.submit("Spaces", []);
  await stand.complete(
    taskId,
    types.map((_, index) => ({ id: `typed-${index}`, audio_url: `${other.url}/my song ${index}.mp3` })),
  );
  const view = await stand.finished(taskId);
  const kept = { state: "stored", bytes: SHORT.length, contentType: "audio/mpeg" };
  expect(view.tracks.map(({ audio }) => audio)).toMatchObject(types.map(() => kept));
  expect(other.requests.toSorted()).toEqual(types.map((_, index) => `/my%20song%20${index}.mp3`));
});

test.concurrent("keeps a file with an odd end, and finds it odd", async () => {
  const odd = [SHORT.slice(0, -100), new Uint8Array(Buffer.concat([SHORT, Uint8Array.of(0xff)]))];
  await using other = await startOrigin((path) => ({ body: odd[Number(/(\d)\.mp3$/.exec(path)?.[1])] ?? SHORT }));
  const { taskId } = stand.submit("Odd", []);
  await stand.complete(
    taskId,
    odd.map((_, index) => ({ id: `odd-${index}`, audio_url: `${other.url}/${index}.mp3` })),
  );
  const view = await stand.finished(taskId);
  expect(view.tracks.map(({ audio }) => audio)).toMatchObject(
    odd.map(({ length }) => ({ state: "stored", bytes: length })),
  );
  for (const { assessment } of view.tracks)
    expect(assessment?.findings).toContainEqual(expect.objectContaining({ code: "odd_end" }));
});

test.concurrent("refuses a file over MAX_AUDIO_BYTES, announced or not", async () => {
  await using other = await startOrigin((path) => ({ body: LARGE, announced: path === "/announced.mp3" }));
  const { taskId } = stand.submit("Large", []);
  await stand.complete(taskId, [
    { id: "announced", audio_url: `${other.url}/announced.mp3` },
    { id: "silent", audio_url: `${other.url}/silent.mp3` },
  ]);
  const view = await stand.viewWhen(taskId, (now) => now.tracks.every(({ audio }) => audio.reason !== null));
  expect(trackOf(view, "announced").audio.reason).toBe(
    `too_large: ${LARGE.length} bytes are announced, MAX_AUDIO_BYTES is ${MAX_AUDIO_BYTES}`,
  );
  expect(trackOf(view, "silent").audio.reason).toBe(`too_large: more than MAX_AUDIO_BYTES (${MAX_AUDIO_BYTES})`);
  expect(await stand.objects(taskId)).toEqual([]);
});

function submitSpoiled(fault: FileFault): { readonly sent: Task; readonly spoiled: Track } {
  const sent = stand.submit(`Spoiled by ${fault.kind}`);
  const [spoiled] = sent.tracks;
  faults.set(spoiled.trackId, fault);
  return { sent, spoiled };
}

function knownReason(view: Parameters<typeof trackOf>[0], { trackId }: Track): string | null {
  return view.tracks.find((track) => track.trackId === trackId)?.audio.reason ?? null;
}
