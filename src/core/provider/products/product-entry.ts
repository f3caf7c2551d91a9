/** What there is to know of a product of the provider's: the shape of an entry in the table. */
import type * as z from "zod";
import type { Media } from "../../audio/format.ts";
import type { Fields } from "../loose-values.ts";
import type { NamedProduct } from "./products.ts";
import type { FieldRule } from "./field-rules.ts";

/**
 * How a product's message names its files: one link, a list of links, an object with a link in each `*_url`, or items
 * with an `audio_url`. `name` is that of the file, or what its number is put to. `notes` are no link: the file is made of
 * them. By its `ending` a link is known that nothing else names.
 */
export type FilesShape = { readonly media: Media } & (
  | { readonly as: "link"; readonly name: string; readonly ending: string }
  | { readonly as: "list" | "items" | "notes"; readonly name: string }
  | { readonly as: "links" }
);

/** In credits, by the provider's price list of 2026-08; null where it names none. */
export type Price = (request: Fields) => number | null;

export interface ProductEntry {
  /** Null where it is not submitted through us. */
  readonly submit: {
    readonly path: string;
    readonly fields: z.ZodObject;
    readonly credits: Price;
    /** What is looked into once each field by itself is right. */
    readonly rules: readonly FieldRule[];
  } | null;
  /** Null where the answer is what it delivers: no id comes with it, no callback and no record after it. */
  readonly record: { readonly path: string; readonly parameter: "taskId" | "task_id" } | null;
  /** Fields that hold what it delivers; in a failure they hold null. */
  readonly marks: readonly string[];
  /** Fields of which each of its listed items has one; where files are `items`, those that the top level lists. */
  readonly itemMarks?: readonly string[];
  /** What a `successFlag` says by number where it failed; 3 of all others. */
  readonly failedFlags?: readonly number[];
  /** Its name at KIE.AI's market, after `ai-music-api/`. */
  readonly market: string;
  readonly files: FilesShape | null;
  /**
   * Which fields of the request name what it is made of, and which field of the record does. `product` is what that has
   * to be: null where it is music.
   */
  readonly parent: {
    readonly product: NamedProduct | null;
    readonly taskId: string | null;
    readonly audioId: string | null;
    readonly inRecord: string | null;
  } | null;
}
