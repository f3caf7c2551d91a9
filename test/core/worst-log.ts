/** The longest log that a task can have: every message and every copy that is admitted, and every link a new one. */
import { linkHash } from "../../src/core/ids.ts";
import { MAX_COPY_ATTEMPTS } from "../../src/core/next/pace.ts";
import { MAX_TRACKS } from "../../src/core/provider/message.ts";
import { MAX_OBSERVATIONS } from "../../src/core/task/admission.ts";
import type { TaskEvent } from "../../src/core/task/event.ts";
import { at, audioUrl, coverUrl, listed, MINUTE, observation, observed, SECOND, T0 } from "./builders.ts";

export function worstLog(): readonly TaskEvent[] {
  const places = Array.from({ length: MAX_TRACKS }, (_, index) => index);
  const messages = Array.from({ length: MAX_OBSERVATIONS }, (_, number): TaskEvent => {
    const tracks = places.map((place) => {
      const name = `${place}-${number}`;
      return listed({
        id: `track-${place}`,
        audioLink: audioUrl(name),
        coverLink: coverUrl(name),
        streamLink: audioUrl(`s-${name}`),
      });
    });
    return observed(observation("complete", tracks), { at: T0 + number * SECOND, sha256: `message ${number}` });
  });
  const copies = places.flatMap((place) =>
    Array.from({ length: MAX_COPY_ATTEMPTS }, (_, index): readonly TaskEvent[] => {
      const link = linkHash(audioUrl(`${place}-${MAX_OBSERVATIONS - 1 - index}`));
      const about = { file: "audio", trackId: `track-${place}`, link, attempt: index + 1 } as const;
      const time = T0 + 5 * MINUTE + index * SECOND;
      return [
        at(time, { type: "copy_started", ...about, host: "cdn.example.com" }),
        at(time, { type: "copy_failed", ...about, reason: "http_500: the server answered 500", dead: false }),
      ];
    }).flat(),
  );
  return [...messages, ...copies];
}
