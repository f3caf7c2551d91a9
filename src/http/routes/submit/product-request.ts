/**
 * What is asked for of any product, made ready for the provider: what it is made of is checked and filled in, and its
 * fields are checked by the table of products, before anything costs credits.
 */
import type { Context } from "hono";
import type { Fields } from "../../../core/provider/loose-values.ts";
import type { ProductEntry } from "../../../core/provider/products/product-entry.ts";
import { entryOf, isMusicProduct } from "../../../core/provider/products/products.ts";
import { linkFields } from "../../../core/provider/products/request-fields.ts";
import type { ParentTask, ProductRequest } from "../../../core/provider/submission.ts";
import type { TaskView } from "../../../core/view/view.ts";
import type { AppEnv } from "../../app-env.ts";
import { Problem } from "../../problem.ts";
import { present } from "../../reading/task-reader.ts";
import { inputWords } from "../../request/wrong-input.ts";

export interface Ready {
  readonly path: string;
  /** In the provider's words, without the callBackUrl. */
  readonly fields: Fields;
  readonly parent: ParentTask | null;
  /** The names of the fields that hold a link, or several: the provider fetches what is there. */
  readonly links: readonly string[];
  /** What it delivers comes with the answer. */
  readonly isAnswered: boolean;
}

/** Throws a problem for what the provider would refuse, or charge for in vain. */
export async function readyRequest(c: Context<AppEnv>, request: ProductRequest): Promise<Ready> {
  const { product = "add_instrumental", parent: named, sourceId, ...given } = request;
  const entry = entryOf(product);
  if (entry === null || entry.submit === null)
    throw new Problem("invalid_request", `${product}: is not submitted here.`);
  const links = linkFields(entry.submit.fields);
  if (sourceId !== undefined && !links.includes("uploadUrl"))
    throw new Problem("invalid_request", `sourceId: ${product} takes no upload. Nothing was submitted.`);
  const ids = named === undefined ? {} : await idsOf(c, entry, named);
  const other = Object.entries(ids).find(([field, id]) => given[field] !== undefined && given[field] !== id);
  if (other !== undefined)
    throw new Problem("invalid_request", `${other[0]}: parent has another one. Send either. Nothing was submitted.`);
  const asked = { ...given, ...ids };
  const parsed = entry.submit.fields.safeParse(asked, { reportInput: true });
  if (!parsed.success) throw new Problem("invalid_request", `${inputWords(parsed.error.issues, Object.keys(asked))}.`);
  const broken = entry.submit.rules.flatMap((rule) => rule.broken(parsed.data) ?? []);
  if (broken.length > 0) throw new Problem("invalid_request", `${broken.join("; ")}. Nothing was submitted.`);
  return {
    path: entry.submit.path,
    fields: parsed.data,
    parent: named ?? parentIn(entry, asked),
    links,
    isAnswered: entry.record === null,
  };
}

/** The ids of the parent, under the names that the product has for them. */
async function idsOf(c: Context<AppEnv>, { parent }: ProductEntry, named: ParentTask): Promise<Fields> {
  const { taskId, trackId } = named;
  const found = await c.env.TASKS.getByName(taskId).view();
  if (found === null || "deletedAt" in found)
    throw new Problem("invalid_request", "parent.taskId: no such task is here. Nothing was submitted.");
  const view = present<TaskView>(found);
  if (parent === null) return {};
  if (parent.product === null ? !isMusicProduct(view.product) : view.product !== parent.product)
    throw new Problem(
      "invalid_request",
      `parent.taskId: must be a task of ${parent.product ?? "music"}, and this is one of ${view.product}. Nothing was submitted.`,
    );
  const ofTask = parent.taskId === null ? {} : { [parent.taskId]: taskId };
  // Of one that is through, and of which nothing is here, the provider may have more.
  if (view.tracks.length === 0 && view.files.length === 0 && view.stage !== "complete")
    throw new Problem(
      "invalid_request",
      `parent.taskId: this task ${view.stage === "failed" ? "failed" : "has made nothing yet"}, so nothing can be made of it. Nothing was submitted.`,
    );
  if (parent.audioId === null) return ofTask;
  // A file has an id at the provider alone, who takes all of them where none is named.
  if (view.files.some(({ name }) => name === trackId))
    throw new Problem(
      "invalid_request",
      `parent.trackId: ${trackId} is what the file is called here. Send the provider's id of it (in the timeline), or none for all of them. Nothing was submitted.`,
    );
  if (parent.product !== null) return trackId === null ? ofTask : { ...ofTask, [parent.audioId]: trackId };
  return { ...ofTask, [parent.audioId]: audioIdIn(view, trackId) };
}

/** The provider knows a track by its own id, which is not always what it is called here. */
function audioIdIn({ tracks }: TaskView, trackId: string | null): string {
  const track = tracks.find((one) => one.trackId === trackId);
  if (track === undefined)
    throw new Problem(
      "invalid_request",
      `parent.trackId: must be one of ${tracks.map((one) => one.trackId).join(", ") || "the task's tracks, of which there is none yet"}. Nothing was submitted.`,
    );
  if (track.audioId === null)
    throw new Problem(
      "invalid_request",
      "parent.trackId: the provider gave this track no id to make anything of it by.",
    );
  return track.audioId;
}

/** Of one who names the ids without a parent, the parent all the same. */
function parentIn({ parent }: ProductEntry, asked: Fields): ParentTask | null {
  const [taskId, trackId] = [parent?.taskId, parent?.audioId].map((field) => asked[field ?? ""]);
  return typeof taskId === "string" ? { taskId, trackId: typeof trackId === "string" ? trackId : null } : null;
}
