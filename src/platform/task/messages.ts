/**
 * What the Worker and a task's object say to each other. **A persisted contract** for the length of a deploy: fields
 * are added as optional within one release.
 */
import type { SourceReport } from "../../core/audio/findings/source-report.ts";
import type { RecoveryNews } from "../../core/provider/recovery.ts";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import type { TaskView } from "../../core/view/view.ts";
import type { Observed } from "../../core/task/event.ts";

/** One message of the provider, as it came in. */
export interface Delivery extends Pick<Observed, "sha256" | "via" | "verdict" | "observation"> {
  /** The message as it is stored, secrets and echoes of the request removed. */
  readonly body: string;
  /** Where it was received: files are never fetched from there. */
  readonly host: string;
  /** Our name of the submission, where the callBackUrl carried it. */
  readonly ref: string | null;
  /** A person vouches that it is about the task that it names, where nobody knows the reference. */
  readonly vouched?: boolean;
  /** It is about the task's recovery, by whose callBackUrl it came; `observation` holds what that gave. */
  readonly recovery?: RecoveryNews;
}

export interface Receipt {
  /** What the caller is to pass on to the catalog: null where nothing of it changed. */
  readonly catalogRow: CatalogRow | null;
  /** Why the delivery is not about this task, and nothing was recorded; null where it is. */
  readonly misdirection: Misdirection | null;
}

/** The reference of the delivery was never submitted, or belongs to another task. */
export type Misdirection = "unknown_ref" | "other_ref";

/** What is answered for a task that was deleted. */
export interface Deleted {
  readonly deletedAt: string;
}

/** The task is not at the version any more that whoever asks has seen. Nothing was done. */
export interface MovedOn {
  readonly movedTo: number;
}

/** To whoever wants something done about a task, perhaps only while it is at the version that they have seen. */
export type WishAnswer = TaskView | Deleted | MovedOn | null;

/** Nothing was asked of the provider: its new links would be for nothing, or it makes none for this product. */
export interface NoRecovery {
  readonly noRecovery: "nothing_missing" | "not_recoverable";
}

export interface Submitted {
  readonly ref: string;
  /** As JSON: a request has fields of any kind. */
  readonly requestJson: string;
  readonly host: string | null;
  /** What was found of its source. */
  readonly source?: SourceReport;
}
