/** The rules on what a file's container says of itself, where that is not how it is. Pure. */
import { LIMITS } from "./limits.ts";
import type { Rule } from "./findings.ts";

export const containerRules = {
  odd_end: ({ facts: { missingBytes, trailingBytes } }) => {
    const [missing, trailing] = [missingBytes ?? 0, trailingBytes ?? 0];
    const sentences = [
      ...(missing > 0 ? [`The file ends ${bytesOf(missing)} before its last part does.`] : []),
      ...(trailing > 0 ? [`Its last frame is followed by ${bytesOf(trailing)} of no audio.`] : []),
    ];
    const measured = Math.max(missing, trailing);
    const level = measured > LIMITS.junkBytes ? "warn" : "info";
    return sentences.length === 0 ? null : { level, message: sentences.join(" "), measured, limit: 0 };
  },
  header_mismatch: ({ facts: { frames, declaredFrames } }) => {
    // One more or fewer is how some encoders count.
    if (frames === null || declaredFrames === null || Math.abs(frames - declaredFrames) <= 1) return null;
    const level = Math.abs(frames - declaredFrames) > declaredFrames * LIMITS.headerShare ? "warn" : "info";
    const message = `Its header counts ${declaredFrames} frames; there are ${frames}.`;
    return { level, message, measured: frames, limit: declaredFrames };
  },
} as const satisfies Readonly<Record<string, Rule>>;

function bytesOf(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}
