/**
 * Looks at the source audio before credits are spent: the provider accepts any URL at submit, and fails later.
 *
 * Reads the whole file once, keeping nothing of it. What cannot be fetched is refused; the rest is measured, and judged by
 * the rules for sources.
 */
import { createHash } from "node:crypto";
import { unheard, type ContainerFacts } from "../../core/audio/container/facts.ts";
import type { AudioFacts } from "../../core/audio/facts.ts";
import type { FileProblem } from "../../core/audio/findings/findings.ts";
import type { AssessMode } from "../../core/task/event.ts";
import type { SourcePolicy } from "../../core/access/fetch-policy.ts";
import { landmarksOf } from "../../core/audio/fit/landmarks.ts";
import { verify } from "../../core/audio/verification.ts";
import { analyze } from "./listen.ts";
import { bodyReader, readChunk, readHead, type BodyReader } from "./body-reader.ts";
import mp3Module from "./mpg123.wasm";
import { openSource, wholeBytes } from "./download.ts";
import { stallWatch, type StallWatch } from "./stall-watch.ts";

export interface SourceRules {
  readonly policy: SourcePolicy;
  readonly maxBytes: number;
  readonly assess: AssessMode;
  readonly maxSeconds: number;
}

/** `problem`: why it could not be read to its end as audio. */
export interface SourceFacts {
  readonly facts: AudioFacts;
  readonly problem: FileProblem | null;
  /** Of its bytes; null where they were not read to the end. */
  readonly sha256: string | null;
  /** How to find it again; null where it was not listened to, or is too short. */
  readonly landmarks: string | null;
}

const STALL_MS = 10_000;
const LONGEST_MS = 60_000;

/** A string says why the source cannot be fetched. */
export async function checkSource(
  uploadUrl: string,
  rules: SourceRules,
  signal: AbortSignal,
): Promise<SourceFacts | string> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const watch = stallWatch(STALL_MS, whole);
  let isOpen = false;
  try {
    const response = await openSource(uploadUrl, rules.policy, watch);
    if (!(response instanceof Response)) return response.reason;
    isOpen = true;
    const announced = wholeBytes(response);
    const reader = bodyReader(response);
    try {
      return announced !== null && announced > rules.maxBytes
        ? tooLarge(rules)
        : await listenToSource(reader, announced, rules, watch);
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } catch {
    if (watch.signal.aborted) return "timeout: the source did not arrive in time";
    return isOpen
      ? "truncated: the connection to the source's server broke before its end"
      : "unreachable: the source's server could not be reached";
  } finally {
    watch.end();
  }
}

/** Reads it to its end. A string says that it is too large. */
export async function listenToSource(
  reader: BodyReader,
  announced: number | null,
  rules: Omit<SourceRules, "policy">,
  watch: StallWatch,
): Promise<SourceFacts | string> {
  const head = await readHead(reader, watch);
  const verified = verify(head, "audio");
  if (typeof verified === "string")
    return { facts: unheard({}), problem: problemOf(verified), sha256: null, landmarks: null };
  const verification = verified;

  const hash = createHash("sha256");
  let bytes = 0;
  async function next(): Promise<Uint8Array | null> {
    const chunk = bytes === 0 ? head : await readChunk(reader, watch);
    if (chunk === null || bytes > rules.maxBytes) return null;
    bytes += chunk.length;
    verification.push(chunk);
    hash.update(chunk);
    return chunk;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk;
  }

  const begun: ContainerFacts = unheard({ format: verification.format.name });
  const analysis =
    rules.assess === "full" ? await analyze(chunks(), begun, { mp3Module, maxSeconds: rules.maxSeconds }) : null;
  // An analysis may end before the file does; the container is read to its end.
  while ((await next()) !== null);
  if (bytes > rules.maxBytes) return tooLarge(rules);
  const refusal = verification.finish(announced);
  const container = verification.facts();
  const heard = analysis?.outcome === "done" ? analysis.facts : unheard({});
  return {
    facts: { ...heard, ...container, ...(container.channels === 1 ? ONE_CHANNEL : {}) },
    problem: refusal === null ? null : problemOf(refusal),
    sha256: hash.digest("hex"),
    landmarks: analysis?.outcome === "done" && analysis.spectrogram !== null ? landmarksOf(analysis.spectrogram) : null,
  };
}

/** The decoder gives a mono file's channel twice, and that it is one is known only at the end. */
const ONE_CHANNEL = {
  stereoCorrelation: null,
  monoLossDb: null,
  balanceDb: null,
  balanceSpreadDb: null,
  dualMono: null,
} as const;

/** A reason of the verification, as a finding tells it. */
function problemOf(reason: string): FileProblem {
  const [code = "", message = ""] = reason.split(/: (.*)/s);
  if (code === "truncated" || code === "not_audio") return { code, message: `${message}.` };
  return { code: "not_audio", message: `${reason}.` };
}

function tooLarge({ maxBytes }: Pick<SourceRules, "maxBytes">): string {
  return `too_large: the source may have ${maxBytes} bytes`;
}
