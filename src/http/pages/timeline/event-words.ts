/** Each event of a task's log in a sentence, for people. Pure. */
import { adviceOf } from "../../../core/provider/failure.ts";
import type { FileKind, Observed, TaskEvent } from "../../../core/task/event.ts";
import { byteWords, counted, reasonWords } from "../frame/words.ts";

/** How it went, which the page shows in colour and in the words themselves. */
export type Tone = "plain" | "good" | "bad";

export interface EventWords {
  readonly text: string;
  readonly tone: Tone;
}

/** What a file is called in sentences: "cover of take 1", "file drums". */
export function fileName(
  { file, trackId }: { readonly file: FileKind; readonly trackId: string },
  trackName: (trackId: string) => string,
): string {
  return file === "file" ? `file ${trackId}` : `${file} of ${trackName(trackId)}`;
}

/** `trackName` is how a track is called in sentences. `proven`: also by what a delivery was known. */
export function eventWords(event: TaskEvent, trackName: (trackId: string) => string, proven = true): EventWords {
  switch (event.type) {
    case "observed":
      return observedWords(event, proven);
    case "overflowed":
      return plain(`Of deliveries beyond the bound only the count is kept: ${event.count}.`);
    case "copy_started":
      return plain(`Attempt ${event.attempt} to copy the ${fileName(event, trackName)} from ${event.host} began.`);
    case "copied":
      return good(
        `The ${fileName(event, trackName)} is stored: ${byteWords(event.bytes)}, ${event.contentType}.${event.lastResort === undefined ? "" : ` Nothing better was found (${reasonWords(event.lastResort)}).`}`,
      );
    case "copy_failed":
      return bad(
        `The ${fileName(event, trackName)} was not kept: ${reasonWords(event.reason)}.${event.dead ? " The link is dead." : ""}`,
      );
    case "file_gone":
      return bad(`R2 does not have the ${fileName(event, trackName)} any more. It is fetched again.`);
    case "recovery_asked":
      return plain(
        event.by === "auto"
          ? "The provider is asked to make new links, since nothing else is left (RECOVERY is auto)."
          : "Somebody asked the provider to make new links.",
      );
    case "recovery_called":
      return plain("The provider was called to make new links.");
    case "recovery_started":
      return plain("The provider makes new links.");
    case "recovery_polled":
      return plain(`The provider is still making new links (asked ${counted(event.times, "time")}).`);
    case "recovery_ended":
      return event.reason === null
        ? good("The provider made new links.")
        : bad(`The provider made no new links: ${reasonWords(event.reason)}.`);
    case "lost":
      return bad(`The ${fileName(event, trackName)} is given up: ${reasonWords(event.reason)}.`);
    case "assess_started":
      return plain("Assessing a kept file began.");
    case "assessed":
      return assessedWords(event.outcome, event.reason);
    case "assess_asked":
      return plain("Somebody asked to have the stored audio looked into again.");
    case "abandoned":
      return bad(
        `${adviceOf("no_news", event.why ?? null).split(". ", 1)[0]}: it is closed. A late callback opens it again.`,
      );
    case "published":
      return plain(`Version ${event.version} was published.`);
    case "swept":
      return plain(`${counted(event.deleted, "leftover file")} of failed attempts deleted.`);
    case "effect_failed":
      return bad(`Our own work failed (${event.effect}) and is due again: ${reasonWords(event.reason)}.`);
    case "submitted":
      return good(`Submitted through Backline as ${event.ref}.`);
    case "adopted":
      return plain("Adopted: the task was submitted elsewhere, and the provider is asked about it.");
    case "polled":
      return polledWords(event);
    case "retried":
      return plain("Somebody asked to try again.");
    case "stalled":
      return bad("Silent for longer than is usual.");
    case "usual":
      return plain("What is usual on this deployment was looked up.");
    case "notified":
      return good(`NOTIFY_URL took ${event.kind}, version ${event.version}, at attempt ${event.attempts}.`);
    case "notify_failed":
      return bad(
        `NOTIFY_URL did not take ${event.kind} (${counted(event.times, "attempt")}): ${reasonWords(event.reason)}.`,
      );
    case "notify_ended":
      return bad(
        `${event.kind} is not sent again: ${reasonWords(event.reason)}.${event.gone ? " The endpoint wants no more of this task." : ""}`,
      );
    case "notify_asked":
      return plain("Somebody asked to be notified again.");
    case "chosen":
      return plain(
        event.trackId === null ? "The choice was taken back." : `The choice is ${trackName(event.trackId)}.`,
      );
    case "ignored":
      return plain(`An event that this release does not know (${event.originalType}).`);
  }
}

const KINDS: Readonly<Record<Observed["observation"]["kind"], string>> = {
  pending: "in the queue",
  text: "the text is done",
  first: "the first take is done",
  complete: "all is done",
  failed: "failed",
  recovered: "the links were made anew",
  unknown: "of a kind that nobody knows",
};

/** By what a delivery was known to come from the provider. */
export const PROOFS: ReadonlyMap<string, string> = new Map([
  ["token", "known by the token"],
  ["token+hmac", "known by the token and the signature"],
  ["capability", "known by its own callBackUrl"],
  ["capability+hmac", "known by its own callBackUrl and the signature"],
  ["hmac", "known by the signature"],
]);

/** Always said: such a delivery has no effect. */
const DOUBTS: ReadonlyMap<string, string> = new Map([
  ["hmac_unconfirmed", "signed, and without effect until the provider confirms it"],
  ["hmac_stale", "signed more than a day off, so without effect"],
]);

function observedWords({ via, verdict, times, observation }: Observed, proven: boolean): EventWords {
  const { kind, failure, tracks, tracksDropped } = observation;
  const what =
    failure === null
      ? KINDS[kind]
      : `failed: ${(failure.message ?? reasonWords(failure.reason)).replace(/[.\s]+$/, "")}`;
  const who = via === "poll" ? "The provider's record says" : "Callback";
  const known = DOUBTS.get(verdict) ?? (proven ? (PROOFS.get(verdict) ?? verdict) : null);
  const proof = via === "poll" || known === null ? "" : `, ${known}`;
  const repeats = times > 1 ? ` It came ${times} times.` : "";
  const dropped = tracksDropped > 0 ? ` ${counted(tracksDropped, "take")} over the bound dropped.` : "";
  const listed = tracks.length === 0 ? "" : ` (${counted(tracks.length, "take")})`;
  return {
    text: `${who}: ${what}${listed}${proof}.${repeats}${dropped}`,
    tone: kind === "failed" ? "bad" : kind === "complete" || kind === "first" ? "good" : "plain",
  };
}

function assessedWords(outcome: "done" | "skipped" | "failed", reason: string | null): EventWords {
  const because = reason === null ? "" : `: ${reasonWords(reason)}`;
  if (outcome === "done") return good(`A kept file was assessed${because}.`);
  return outcome === "skipped"
    ? plain(`A kept file was not assessed${because}.`)
    : bad(`Assessing a kept file failed${because}.`);
}

function polledWords({ result, reason, times }: Extract<TaskEvent, { type: "polled" }>): EventWords {
  const asked = times === 1 ? "The provider was asked" : `The provider was asked ${times} times`;
  // Of many times the first one's reason is known.
  const because = reason === null ? "" : ` (${times === 1 ? "" : "the first time: "}${reasonWords(reason)})`;
  switch (result) {
    case "news":
      return good(`${asked}: there was news that no callback had brought.`);
    case "unchanged":
      return plain(`${asked}: nothing new.`);
    case "unknown":
      return bad(`${asked}: it does not know this task${because}.`);
    case "failed":
      return bad(`${asked}, and gave no record of this task${because}.`);
  }
}

function plain(text: string): EventWords {
  return { text, tone: "plain" };
}

function good(text: string): EventWords {
  return { text, tone: "good" };
}

function bad(text: string): EventWords {
  return { text, tone: "bad" };
}
