/**
 * What the provider knows and did: its tasks, and everything it sent for each of them.
 *
 * A run is verified against this: what was delivered, whether it was acknowledged, and which bytes each track
 * has. Arrays only grow. Times (`at`) are epoch milliseconds on the wall; `ms` is how long something took.
 */
import type { MadeProduct } from "./products/kinds.ts";
import type { SubmitRequest } from "./request.ts";
import type { Flaw } from "./serving/songs.ts";

export type Stage = "text" | "first" | "complete";

/** How far a task is, as its record tells. */
export type Progress = "pending" | Stage | "failed";

export type File = { readonly path: string; readonly sha256: string; readonly bytes: number };

export type Track = {
  readonly trackId: string;
  readonly title: string;
  readonly seconds: number;
  readonly bpm: number;
  /** The track whose sound it has: its own, but where both takes are one. */
  readonly take: string;
  readonly songSeed: number;
  readonly flaw: Flaw | null;
  readonly audio: File;
  readonly cover: File;
};

/** One try at one callback. `status` is null where no answer came; `error` then says why. */
export type Attempt = {
  readonly at: number;
  readonly ms: number;
  readonly status: number | null;
  readonly error: string | null;
};

export type Callback = {
  /** `text`, `first`, `complete`, `failed`, or the name a plan gave it. */
  readonly kind: string;
  readonly at: number;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly attempts: Attempt[];
  /** `not_sent`: an earlier one was given up, after which the provider stays silent about the task. */
  outcome: "sending" | "acknowledged" | "given_up" | "not_sent";
};

/** One request for a file. `bytes` were handed to the socket; `finished` tells whether that was all of the answer. */
export type Fetched = {
  readonly at: number;
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly trackId: string | null;
  readonly range: string | null;
  readonly userAgent: string | null;
  readonly fault: string | null;
  readonly status: number;
  readonly bytes: number;
  readonly finished: boolean;
};

/** One question about the task's record. `fault` names what was wrong with the answer. */
export type Asked = { readonly at: number; readonly fault: string | null };

/** In what the real provider varies from task to task; drawn from the seed. */
export type Variant = {
  readonly textCarriesTracks: boolean;
  readonly finishedFirst: 0 | 1;
  readonly hasSources: boolean;
  readonly codeFirst: boolean;
};

/**
 * What is wrong with the files of a task: `first` carries links of shorter ones; callbacks carry `…/forbidden`, and the
 * record better links; all carry links that are gone, and only Recovery audio makes good ones; or both takes are one.
 */
export type Quirk = "preview" | "forbidden" | "gone" | "equal";

/** What a callback is about, and where it goes. */
export type Called = {
  readonly taskId: string;
  readonly request: { readonly callBackUrl: string };
  readonly callbacks: Callback[];
  /** A callback was given up: no more will come. */
  silenced: boolean;
};

/** New links for the tracks of `original`, under a task id of its own. Its callback is in the record's words. */
export type Recovery = Called & {
  readonly at: number;
  readonly original: Task;
  readonly asks: Asked[];
  /** What it came to; null while it runs. */
  outcome: { readonly code: 200 | 500; readonly msg: string; readonly data: readonly object[] | null } | null;
};

/** A file of another product than music, by the name that its product has for it. */
export type MadeFile = File & { readonly name: string };

/** What plays, and when: times in seconds, as numbers or in words. */
export type Instrument = { readonly name: string; readonly notes: readonly object[] };

/** Another product than music, under a task id of its own. It calls back once. */
export type Made = Called & {
  readonly at: number;
  readonly product: MadeProduct;
  readonly request: { readonly callBackUrl: string; readonly [field: string]: unknown };
  /** What it is made of; null where that is no track. */
  readonly track: Track | null;
  readonly fetches: Fetched[];
  readonly asks: Asked[];
  /** Empty until it is complete. */
  files: readonly MadeFile[];
  notes: readonly Instrument[];
  progress: "pending" | "complete" | "failed";
  failure: { readonly code: number; readonly message: string } | null;
};

/** What it is called in sentences. */
export function titleOf(task: Task | Made): string {
  return "tracks" in task ? task.request.title : `${task.product} of ${task.track?.title ?? "nothing"}`;
}

export type Task = Called & {
  readonly at: number;
  /** `add_instrumental`, or another product of music. */
  readonly product: string;
  readonly request: SubmitRequest;
  readonly tracks: readonly [Track, Track];
  readonly variant: Variant;
  readonly quirk: Quirk | null;
  readonly fetches: Fetched[];
  readonly asks: Asked[];
  progress: Progress;
  failure: { readonly code: number; readonly message: string } | null;
};
