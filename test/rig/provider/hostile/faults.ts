/**
 * The seam for misbehaviour: one function per thing that can go wrong, each answering null for "as usual".
 *
 * The object is read at every use, so a test may set and clear its functions while the provider runs.
 */
import type { Called, Made, Progress, Task, Track } from "../ledger.ts";

export type FileRequest = {
  /** `made` is a file of another product than music. */
  readonly file: "audio" | "cover" | "stream" | "source" | "made";
  readonly taskId: string | null;
  readonly method: string;
  readonly url: URL;
  readonly range: string | null;
  readonly userAgent: string | null;
  /** The how-manieth request for this path this is, from 1. */
  readonly nth: number;
  /** Of the whole file; 0 where there is none. */
  readonly bytes: number;
};

/** `turned`: from now on this link answers so, for good; only a fresh one works. */
export type FileFault = LinkFault | { readonly kind: "turned"; readonly into: LinkFault };

export type LinkFault =
  | { readonly kind: "status"; readonly status: number }
  /** Sends so many bytes, then nothing, and holds the connection. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  /** Ends early: with an announced length the connection breaks, without one nothing tells. */
  | { readonly kind: "cut"; readonly afterBytes: number; readonly announced: boolean }
  | { readonly kind: "no-length" }
  /** Compressed whatever the client accepts. */
  | { readonly kind: "gzip" }
  /** An error page with status 200. */
  | { readonly kind: "html" }
  | { readonly kind: "empty" }
  /** Noise of the file's length that calls itself `audio/mp4`: no `ftyp`, no `moov`. */
  | { readonly kind: "encrypted" }
  /** The right bytes under another name. */
  | { readonly kind: "mistyped"; readonly contentType: string }
  /** Another file under the right name. */
  | { readonly kind: "swapped"; readonly body: Uint8Array }
  /** So many redirects, then `to`; null leads back to the file itself. */
  | { readonly kind: "redirect"; readonly to: string | null; readonly times: number }
  | { readonly kind: "drip"; readonly bytesPerSecond: number };

/** `drop`: the attempt never arrives and counts as failed. `double`: it arrives twice at once. */
export type CallbackFault = "drop" | "double" | { readonly delayMs: number };

/** What becomes of an API answer after the work is done; `cut` closes the connection without one. */
export type AnswerFault =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "cut" }
  | { readonly kind: "late"; readonly ms: number }
  /** The record of an earlier stage. */
  | { readonly kind: "stale"; readonly progress: Progress }
  /** A success in which every link is null. */
  | { readonly kind: "hollow" }
  /** The record of somebody else's task. */
  | { readonly kind: "mixed-up" };

export type Faults = {
  /** `track` is null for a source, and for a file of another product. */
  file(request: FileRequest, track: Track | null): FileFault | null;
  /** `attempt` counts from 1. */
  callback(called: Called, kind: string, attempt: number): CallbackFault | null;
  /** `task` is null where the request was refused or names none. Its `asks` do not hold this one yet. */
  answer(route: "submit" | "record", task: Task | Made | null): AnswerFault | null;
};

export function noFaults(): Faults {
  return { file: () => null, callback: () => null, answer: () => null };
}
