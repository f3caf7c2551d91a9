/**
 * Which product a task is of, and what was said of it: a selector over its observations, so that order does not show.
 *
 * What we submitted or adopted is what it was named. Else what was delivered decides, by messages that count in full
 * before those that only add: music that lists tracks, then another product that its mark names, one with a link before
 * one without, then the earliest. A message that delivers nothing takes no file away. Pure.
 */
import { isNews } from "../provider/message.ts";
import {
  entryOf,
  MUSIC_RECORD,
  OTHER_PRODUCTS,
  PRODUCTS,
  type OtherProduct,
  type Product,
} from "../provider/products/products.ts";
import type { ProductEntry } from "../provider/products/product-entry.ts";
import { parentTask, type ParentTask } from "../provider/submission.ts";
import type { Observed } from "./event.ts";
import type { Task } from "./task.ts";
import { effective, messageKey, weightOf } from "./trust.ts";

type Known = Pick<Task, "observations" | "request" | "adopted">;

/** Music, or a product without stages: it calls back once. */
export function isMusic(task: Known): boolean {
  return otherProductOf(task) === null;
}

export function productOf(task: Known): Product {
  return submittedOf(task) ?? task.adopted ?? otherProductOf(task) ?? "music";
}

/** Where the provider's record of it lies; null where nobody knows. */
export function recordOf(task: Known): ProductEntry["record"] {
  const product = productOf(task);
  return product === "music" ? MUSIC_RECORD : (entryOf(product)?.record ?? null);
}

/** What was named when it was submitted, else what the provider's record says: no callback tells. */
export function parentOf(task: Known): ParentTask | null {
  const named = parentTask.safeParse(task.request?.["parent"]).data;
  if (named !== undefined) return named;
  const told = saidOf(task).filter(({ observation }) => observation.parent !== undefined && isNews(observation));
  const [first] = told.toSorted((a, b) => a.at - b.at || (messageKey(a) < messageKey(b) ? -1 : 1));
  return first?.observation.parent ?? null;
}

/** Whether the provider's record may still say what it was made of: it was submitted elsewhere, and is no music. */
export function lacksParent(task: Known): boolean {
  if (task.request !== null || isMusic(task) || parentOf(task) !== null) return false;
  return (entryOf(productOf(task))?.parent?.inRecord ?? null) !== null;
}

/** What counts of what was said. A failure that names no product is one of whatever the task is. */
export function saidOf(task: Known): readonly Observed[] {
  const all = effective(task.observations);
  const other = otherProductOf(task);
  if (other === null && others(all).length === 0) return all;
  const isOurs = (task.request !== null || task.adopted !== null) && other !== null;
  return all.filter(({ observation: { product = null, failure } }) => {
    if (product === "unknown") return isOurs || failure !== null || other === "unknown";
    return product === other || (product === null && failure !== null);
  });
}

function otherProductOf(task: Known): OtherProduct | null {
  const named = submittedOf(task) ?? task.adopted;
  if (named !== null) return OTHER_PRODUCTS.find((product) => product === named) ?? null;
  const { observations } = task;
  // Nothing of another product was said, which is the rule.
  if (others(observations).length === 0) return null;
  const all = effective(observations);
  const full = all.filter((observed) => weightOf(observed) === "full");
  // What counts for nothing yet still says what nobody is to be asked about.
  for (const some of [full, all, observations]) {
    const product = productIn(some);
    if (product !== undefined) return product;
  }
  return "unknown";
}

/** Null for music, undefined where they name nothing. */
function productIn(observations: readonly Observed[]): OtherProduct | null | undefined {
  if (observations.some(({ observation: { tracks } }) => tracks.length > 0)) return null;
  const told = others(observations);
  const [first] = told.filter(({ observation: { product } }) => product !== "unknown").toSorted(byDelivery);
  if (first !== undefined) return first.observation.product ?? null;
  return observations.some(isOfMusic) ? null : undefined;
}

function byDelivery(a: Observed, b: Observed): number {
  return deliveryRank(b) - deliveryRank(a) || a.at - b.at || (a.sha256 < b.sha256 ? -1 : 1);
}

/** Of two that name no link, the one that is done delivered: a text, say. */
function deliveryRank({ observation: { files = [], kind } }: Observed): number {
  return files.some(({ link }) => link !== null) ? 2 : Number(kind === "complete");
}

/** What was asked of the provider through us. */
function submittedOf({ request }: Known): Product | null {
  if (request === null) return null;
  return PRODUCTS.find((product) => product === request["product"]) ?? "add_instrumental";
}

function isOfMusic({ observation }: Observed): boolean {
  return observation.product === undefined && isNews(observation);
}

const known = new WeakMap<readonly Observed[], readonly Observed[]>();

function others(observations: readonly Observed[]): readonly Observed[] {
  const found = known.get(observations);
  if (found !== undefined) return found;
  const named = observations.filter(({ observation }) => observation.product !== undefined);
  known.set(observations, named);
  return named;
}
