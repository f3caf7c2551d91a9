/**
 * Two ways to bring a file into R2, side by side in one Worker: ours, and the shortest possible.
 *
 * `POST /ours?url=…&count=N` and `POST /bare?…` copy the file so many times at once, and answer when all lie in R2.
 * With a count of 0 nothing happens.
 */
import type { CopyOutcome } from "../../../../src/platform/task/effects.ts";
import { copyFile, type CopyRules } from "../../../../src/platform/audio/verified-copy.ts";
import { slots } from "../../../../src/platform/audio/slots.ts";
import { parseConfig } from "../../../../src/core/config.ts";

export { Assessor, Catalog, TaskObject } from "../../../../src/index.ts";

const STALL_MS = 20_000;
const RUN_MS = 240_000;
let copies = 0;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const url = searchParams.get("url") ?? "";
    const copy = pathname === "/ours" ? oursOf(env) : bareOf(env);
    await Promise.all(Array.from({ length: Number(searchParams.get("count")) }, () => copy(url)));
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<Env>;

type Copy = (url: string) => Promise<void>;

/** The key is the same in every round, so that the disk does not fill up. */
function bareOf({ AUDIO }: Env): Copy {
  return async (url) => {
    const response = await fetch(url, { headers: { "accept-encoding": "identity" } });
    await AUDIO.put(`bare/${(copies += 1) % 8}`, response.body);
  };
}

function oursOf(env: Env): Copy {
  const { audioOrigins, maxAudioBytes } = parseConfig(env);
  const rules: CopyRules = {
    policy: { setting: "AUDIO_ORIGINS", origins: audioOrigins, ownHosts: [] },
    limit: { setting: "MAX_AUDIO_BYTES", bytes: maxAudioBytes },
    stallMs: STALL_MS,
    longestMs: RUN_MS,
    buffers: slots(2),
  };
  return async (url) => {
    const attempt = (copies += 1) % 8;
    const what = { taskId: "bench", trackId: "ours", file: "audio", media: "audio" } as const;
    const order = { ...what, attempt, url, linkHash: "bench" };
    const outcome: CopyOutcome = await copyFile(order, rules, env.AUDIO, AbortSignal.timeout(RUN_MS));
    if (!outcome.stored) throw new Error(outcome.reason);
  };
}
