/** What the checks say of a file whose bytes are all at hand. */
import { expect } from "vitest";
import type { ContainerFacts } from "../../../src/core/audio/container/facts.ts";
import { HEAD_BYTES, type Media } from "../../../src/core/audio/format.ts";
import { verify } from "../../../src/core/audio/verification.ts";
import { chunked } from "./audio-bytes.ts";

/** The reason for a refusal, or null; `announced` is what the server said, by default nothing. */
export function check(
  bytes: Uint8Array,
  media: Media = "audio",
  announced: number | null = null,
  borders: readonly number[] = [],
  claimedSeconds: number | null = null,
) {
  const verification = verify(bytes.slice(0, HEAD_BYTES), media, { claimedSeconds });
  if (typeof verification === "string") return verification;
  for (const chunk of chunked(bytes, borders)) verification.push(chunk);
  return verification.finish(announced);
}

/** What a kept file's container says. */
export function factsOf(
  bytes: Uint8Array,
  media: Media = "audio",
  borders: readonly number[] = [],
  announced: number | null = null,
): ContainerFacts {
  const verification = verify(bytes.slice(0, HEAD_BYTES), media);
  if (typeof verification === "string") throw new Error(verification);
  for (const chunk of chunked(bytes, borders)) verification.push(chunk);
  expect(verification.finish(announced)).toBeNull();
  return verification.facts();
}

/** Seconds of a refused file. */
export function playable(bytes: Uint8Array, announced: number | null, media: Media = "audio"): number | null {
  const verification = verify(bytes.slice(0, HEAD_BYTES), media);
  if (typeof verification === "string") throw new Error(verification);
  verification.push(bytes);
  expect(verification.finish(announced)).not.toBeNull();
  return verification.facts().durationSeconds;
}
