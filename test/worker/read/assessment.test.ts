/** What Backline says of kept audio: measured in workerd, on real bytes, through the real effects. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { sourceReportOf } from "../../../src/core/audio/findings/source-report.ts";
import { waveform } from "../../../src/core/audio/sound/waveform.ts";
import type { TaskView } from "../../../src/core/view/view.ts";
import { sine } from "../../core/audio/signals.ts";
import { message, newTaskId, track } from "../messages.ts";
import { serveFiles } from "../provider-files.ts";
import { configure } from "../settings.ts";
import { acting, callback, eventsOf, problemOf, reading, viewOf, worker } from "../worker.ts";

configure({ ASSESS: "full", ASSESS_MAX_SECONDS: "20" });

const RATE = 8_000;
/** Six seconds of a tone, a little louder on the left. */
const MUSIC = wavOf([sine(RATE, 6, 443.7, 0.25), sine(RATE, 6, 443.7, 0.2)].map(fadedOut));
const SILENCE = wavOf([new Float32Array(6 * RATE), new Float32Array(6 * RATE)]);

afterEach(() => {
  vi.restoreAllMocks();
});

test("a kept track is measured, judged, and has a waveform with a tag of its own", async () => {
  const taskId = await kept(MUSIC, { duration: 6 });
  const { assessment, audio } = await assessed(taskId);
  expect(assessment).toMatchObject({
    state: "done",
    verdict: "pass",
    findings: [],
    analyzerVersion: "2",
    style: null,
    audio: { format: "wav", codec: "pcm_s16", sampleRateHz: RATE, channels: 2, durationSeconds: 6, silentShare: 0 },
  });
  // A sine of peak 1 in both channels is 0 LUFS; these are 12 and 14 dB below that.
  expect(assessment?.audio?.integratedLufs).toBeCloseTo(-13, 0);

  const path = `/tasks/${taskId}/tracks/a/waveform`;
  const picture = await worker(reading(path));
  expect(picture.status).toBe(200);
  expect(picture.headers.get("etag")).toBe(`"${audio.sha256 ?? ""}-2"`);
  expect(picture.headers.get("cache-control")).toBe("private, no-cache");
  const { data, length, sample_rate: sampleRateHz } = waveform.parse(await picture.json());
  expect({ sampleRateHz, numbers: data.length }).toEqual({ sampleRateHz: RATE, numbers: length * 2 });
  expect(Math.max(...data)).toBe(Math.round(0.25 * 127));
  const known = await worker(reading(path, { "if-none-match": picture.headers.get("etag") ?? "" }));
  expect(known.status).toBe(304);
});

test("silence that was stored is called a failure, and stays stored", async () => {
  const taskId = await kept(SILENCE, { duration: 6 });
  const { assessment, audio } = await assessed(taskId);
  expect(assessment).toMatchObject({ state: "done", verdict: "fail", audio: { integratedLufs: null, silentShare: 1 } });
  expect(assessment?.findings.map(({ code }) => code)).toContain("mostly_silent");
  expect(audio.state).toBe("stored");
  expect((await viewOf(taskId)).settled).toBe(true);
});

test("a track that is shorter than the provider claims is called so", async () => {
  const { assessment } = await assessed(await kept(MUSIC, { duration: 60 }));
  expect(assessment?.findings).toMatchObject([{ code: "duration_mismatch", level: "fail", measured: 6, limit: 60 }]);
});

test("a file over the bound is skipped with its reason, and its container is known", async () => {
  const { assessment } = await assessed(await kept(wavOf([new Float32Array(21 * RATE).fill(0.1)]), { duration: 21 }));
  expect(assessment).toMatchObject({
    state: "skipped",
    audio: { durationSeconds: 21, channels: 1, silentShare: null },
  });
  expect(assessment?.reason).toContain("ASSESS_MAX_SECONDS (20)");
});

test("what was asked is held against what came", async () => {
  const taskId = newTaskId();
  const request = { uploadUrl: "https://cdn.example.com/v.mp3", tags: "bossa nova, jazz", negativeTags: "drums" };
  await env.TASKS.getByName(taskId).submitted({ ref: taskId, requestJson: JSON.stringify(request), host: null });
  await kept(MUSIC, { duration: 6, tags: "smooth jazz with brushed drums" }, taskId);
  const { assessment } = await assessed(taskId);
  expect(assessment?.style).toMatchObject({
    score: null,
    claimedShare: 0.5,
    matched: ["jazz"],
    missing: ["bossa nova"],
  });
  expect(assessment?.style?.contradicting).toEqual(["no drums against brushed drums"]);
  expect(assessment?.findings).toMatchObject([{ code: "style_contradicts", level: "warn" }]);
});

test("a track is compared with its source, and how the source is recognized stays inside", async () => {
  const taskId = newTaskId();
  const requestJson = JSON.stringify({ uploadUrl: "https://cdn.example.com/v.mp3", tags: "jazz" });
  const heard = { ...unheard({}), durationSeconds: 60, key: "A minor" };
  const source = sourceReportOf(heard, null, null, "bGFuZG1hcmtz");
  await env.TASKS.getByName(taskId).submitted({ ref: taskId, requestJson, host: null, source });
  await kept(MUSIC, { duration: 6 }, taskId);
  const { assessment } = await assessed(taskId);
  expect(assessment?.audio?.fit).toMatchObject({ offsetSeconds: null, similarity: null });
  expect(assessment?.findings).toContainEqual(expect.objectContaining({ code: "half_length", measured: 6, limit: 60 }));
  expect((await viewOf(taskId)).source?.audio.key).toBe("A minor");
  expect(JSON.stringify([await viewOf(taskId), await eventsOf(taskId)])).not.toContain("bGFuZG1h");
});

test("assessing again is one call, and the timeline tells who said what", async () => {
  const taskId = await kept(MUSIC, { duration: 6 });
  await assessed(taskId);
  const asked = await worker(acting("POST", `/tasks/${taskId}/assess`));
  expect(asked.status).toBe(202);
  expect((await trackOf(taskId)).assessment?.state).toBe("pending");
  await assessed(taskId);
  const told = (await eventsOf(taskId)).filter(({ type }) => type.startsWith("assess"));
  expect(told.map(({ type }) => type)).toEqual([
    "assess_started",
    "assessed",
    "assess_asked",
    "assess_started",
    "assessed",
  ]);
  expect(told.at(-1)).toMatchObject({ analyzerVersion: "2", outcome: "done" });
});

test("a deletion takes the waveform along", async () => {
  const taskId = await kept(MUSIC, { duration: 6 });
  await assessed(taskId);
  expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toHaveLength(2);
  await worker(acting("DELETE", `/tasks/${taskId}`));
  await vi.waitFor(async () => expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toHaveLength(0), {
    timeout: 5_000,
  });
});

test("a source is judged without being submitted: its faults refuse, unless they are forced", async () => {
  const url = "https://cdn.example.com/source.wav";
  serveFiles({ [url]: SILENCE });
  const refused = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url })));
  expect(refused.status).toBe(422);
  const told = await problemOf(refused);
  expect(told.type).toBe("urn:backline:problem:source_refused");
  expect(told.detail).toContain("mostly_silent");
  const forced = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url, force: true })));
  expect(forced.status).toBe(200);
  expect(await forced.json()).toMatchObject({ verdict: "fail", audio: { format: "wav", silentShare: 1 } });
  serveFiles({ [url]: wavOf([fadedOut(sine(RATE, 12, 443.7, 0.25))]) });
  const good = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url })));
  expect(await good.json()).toMatchObject({ verdict: "pass", findings: [{ code: "mono", level: "info" }] });
});

test("what is no audio at all is told of a source, with what it is", async () => {
  const url = "https://cdn.example.com/page.mp3";
  serveFiles({ [url]: new TextEncoder().encode("<!doctype html><title>gone</title>") });
  const refused = await problemOf(await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url }))));
  expect(refused.detail).toContain("an HTML page");
});

/** A task whose only track is this file. Resolves when it is stored. */
async function kept(file: Uint8Array, fields: Record<string, unknown>, taskId = newTaskId()): Promise<string> {
  const url = `https://cdn.example.com/${taskId}/a`;
  serveFiles({ [url]: file });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: url, ...fields })])));
  await vi.waitFor(async () => expect((await trackOf(taskId)).audio.state).toBe("stored"), { timeout: 10_000 });
  return taskId;
}

type Track = TaskView["tracks"][number];

async function trackOf(taskId: string): Promise<Track> {
  const [first] = (await viewOf(taskId)).tracks;
  if (first === undefined) throw new Error("the task has no track");
  return first;
}

/** Resolves when the assessment is over. */
async function assessed(taskId: string): Promise<Track> {
  await vi.waitFor(
    async () => expect(["done", "skipped", "failed"]).toContain((await trackOf(taskId)).assessment?.state),
    { timeout: 10_000 },
  );
  return trackOf(taskId);
}

/** PCM of 16 bits. */
function wavOf(channels: readonly Float32Array[]): Uint8Array {
  const length = channels[0]?.length ?? 0;
  const frameBytes = channels.length * 2;
  const bytes = new Uint8Array(44 + length * frameBytes);
  const view = new DataView(bytes.buffer);
  const name = (offset: number, text: string): void => bytes.set(new TextEncoder().encode(text), offset);
  name(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  name(36, "data");
  view.setUint32(40, length * frameBytes, true);
  channels.forEach((samples, channel) =>
    samples.forEach((sample, frame) =>
      view.setInt16(44 + frame * frameBytes + channel * 2, Math.round(sample * 32_767), true),
    ),
  );
  return bytes;
}

/** Over its last quarter of a second, so that it does not break off. */
function fadedOut(sound: Float32Array): Float32Array {
  return sound.map((sample, at) => sample * Math.min(1, (sound.length - at) / (RATE / 4)));
}
