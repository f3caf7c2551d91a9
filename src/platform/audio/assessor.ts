/**
 * Looks into a kept file's sound: an entrypoint of its own, so that a second of CPU, or the end of an isolate, is not
 * that of the object which holds the task. Safe to repeat: the same bytes give the same answer under the same key.
 *
 * The call and its answer are a persisted contract for the length of a deploy.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { unheard, type ContainerFacts } from "../../core/audio/container/facts.ts";
import { parseConfig } from "../../core/config.ts";
import { fitOf, measuredOf, type Fitted } from "../../core/audio/fit/fit.ts";
import { verify, type Verification } from "../../core/audio/verification.ts";
import { analyze } from "./listen.ts";
import type { AssessOutcome } from "../task/effects.ts";
import mp3Module from "./mpg123.wasm";

export interface AssessCall {
  readonly key: string;
  readonly waveformKey: string;
  /** As it was found while the file was copied; null where an older release copied it. */
  readonly container: ContainerFacts | null;
  /** What its source is like; missing where it was not listened to, or by an older release. */
  readonly source?: Fitted;
}

const CHUNK_BYTES = 65_536;

export class Assessor extends WorkerEntrypoint<Env> {
  /** Rejects where R2 does not answer, or the analysis breaks off. */
  async assess({ key, waveformKey, container: known, source }: AssessCall): Promise<AssessOutcome> {
    const kept = await this.env.AUDIO.get(key);
    if (kept === null) return { ...NOTHING, outcome: "failed", reason: "the kept file is gone from R2" };
    const container = known ?? (await containerOf(this.env.AUDIO, key));
    const { assessMaxSeconds } = parseConfig(this.env);
    const analysis = await analyze(chunksOf(kept.body), container, { mp3Module, maxSeconds: assessMaxSeconds });
    if (analysis.outcome !== "done") {
      return { ...NOTHING, outcome: analysis.outcome, reason: analysis.reason, facts: unheard(container) };
    }
    const { facts, waveform, spectrogram } = analysis;
    const fit = source === undefined ? null : fitOf(source, measuredOf(facts), spectrogram);
    const httpMetadata = { contentType: "application/json" };
    await this.env.AUDIO.put(waveformKey, JSON.stringify(waveform), { httpMetadata });
    return { outcome: "done", reason: null, facts: { ...facts, fit }, waveformKey };
  }
}

const NOTHING = { facts: null, waveformKey: null } as const;

async function containerOf(bucket: R2Bucket, key: string): Promise<ContainerFacts> {
  const kept = await bucket.get(key);
  let verification: Verification | string | null = null;
  if (kept !== null) {
    for await (const chunk of chunksOf(kept.body)) {
      verification ??= verify(chunk, "audio");
      if (typeof verification !== "string") verification.push(chunk);
    }
  }
  if (verification === null || typeof verification === "string") return unheard({});
  verification.finish(null);
  return verification.facts();
}

/** In pieces of one size, into one buffer. */
async function* chunksOf(body: ReadableStream): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: "byob" });
  try {
    for (let buffer = new ArrayBuffer(CHUNK_BYTES); ;) {
      const { done, value } = await reader.readAtLeast(CHUNK_BYTES, new Uint8Array(buffer));
      if (value !== undefined && value.length > 0) yield value;
      if (done || value === undefined) return;
      ({ buffer } = value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
