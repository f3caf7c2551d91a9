/**
 * The timeline as its readers see it: the events of the log with times in ISO 8601, deliveries with their body.
 */
import * as z from "zod";
import { eventBody } from "../../core/task/event.ts";
import { OBSERVATION_KINDS } from "../../core/provider/message.ts";
import { shownReport } from "../../core/audio/findings/source-report.ts";
import { failureView } from "../../core/view/view.ts";

const time = z.iso.datetime();

const delivery = z.object({
  at: time,
  type: z.literal("observed"),
  lastAt: time,
  times: z.int(),
  via: z.enum(["callback", "poll"]),
  /** How we know that it is the provider's. */
  verdict: z.string(),
  sha256: z.string(),
  kind: z.enum(OBSERVATION_KINDS),
  failure: failureView.omit({ advice: true }).nullable(),
  tracksDropped: z.int(),
  /** The message as parsed JSON; as text where it is nested too deeply to be written again. */
  body: z.unknown(),
});

/** Deliveries come first among the events of the log; they alone are told in other fields than they are stored in. */
const [, ...stored] = eventBody.options;
const others = stored.map((event) =>
  z.object({
    at: time,
    ...event.shape,
    ...("lastAt" in event.shape ? { lastAt: time } : {}),
    ...("source" in event.shape ? { source: shownReport.optional() } : {}),
  }),
);

export const timelineItem = z.discriminatedUnion("type", [delivery, ...others]);

export const timelinePage = z.object({ items: z.array(timelineItem), nextCursor: z.string().nullable() });
