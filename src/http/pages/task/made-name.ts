/** What something is called that was made of a take and has no title of its own: "WAV of Night Drive (take 1)". Pure. */
import type { ParentTask } from "../../../core/provider/submission.ts";
import type { Product } from "../../../core/provider/products/products.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { productWords } from "../frame/words.ts";

/** `parentView`: null where it cannot be read, and then there is no such name. */
export function madeName(product: Product, parent: ParentTask | null, parentView: TaskView | null): string | null {
  if (parent === null || parentView === null || product === "music" || product === "unknown") return null;
  const { tracks } = parentView;
  const index = tracks.findIndex(({ trackId, audioId }) => [trackId, audioId].includes(parent.trackId));
  const title = tracks[index]?.title ?? tracks.find((track) => track.title !== null)?.title ?? null;
  if (title === null) return null;
  return `${productWords(product)} of ${title}${index === -1 ? "" : ` (take ${index + 1})`}`;
}
