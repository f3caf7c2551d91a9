/**
 * Looks at the source audio before credits are spent: the provider accepts any URL at submit, and fails later.
 *
 * Reads the whole file once, keeping nothing of it. Sibling pages of the provider give 8 minutes as the limit.
 */
import type { SourcePolicy } from "../core/source-policy.ts";
import { verify } from "../core/verification.ts";
import { announcedBytes, bodyReader, readChunk, readHead } from "./body-reader.ts";
import { openSource } from "./source.ts";
import { stallWatch } from "./stall-watch.ts";

export interface SourceRules {
  readonly policy: SourcePolicy;
  readonly maxBytes: number;
}

const STALL_MS = 10_000;
const LONGEST_MS = 60_000;
const MAX_SECONDS = 8 * 60;

/** Why the source must not be submitted, or null. */
export async function checkSource(
  uploadUrl: string,
  { policy, maxBytes }: SourceRules,
  signal: AbortSignal,
): Promise<string | null> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const watch = stallWatch(STALL_MS, whole);
  try {
    const response = await openSource(uploadUrl, policy, watch);
    if (!(response instanceof Response)) return response.reason;
    const announced = announcedBytes(response);
    const tooLarge = `too_large: the source may have ${maxBytes} bytes`;
    const reader = bodyReader(response);
    try {
      if (announced !== null && announced > maxBytes) return tooLarge;
      const head = await readHead(reader, watch);
      const verification = verify(head, "audio");
      if (typeof verification === "string") return verification;
      let bytes = 0;
      for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await readChunk(reader, watch)) {
        bytes += chunk.length;
        if (bytes > maxBytes) return tooLarge;
        verification.push(chunk);
      }
      const problem = verification.finish(announced);
      const seconds = verification.seconds();
      if (problem !== null || seconds === null || seconds <= MAX_SECONDS) return problem;
      return `too_long: ${seconds.toFixed(0)} s; the provider takes ${MAX_SECONDS} s at most`;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } catch {
    return watch.signal.aborted
      ? "timeout: the source did not arrive in time"
      : "unreachable: the source's server could not be reached";
  } finally {
    watch.end();
  }
}
