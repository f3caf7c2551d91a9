/**
 * A request to the provider's Add Instrumental API, checked as its documents say before it costs credits. Pure.
 *
 * The names are the provider's. Unknown models and fields pass through: both lists grow. `callBackUrl` is ours.
 */
import * as z from "zod";
import { REF, REF_RULE } from "./callback-url.ts";
import { MODELS } from "./products/models.ts";
import { entryOf, PRODUCTS, type Product } from "./products/products.ts";
import { ADD_INSTRUMENTAL } from "./products/request-fields.ts";
import { SHA256, sha256Hex, TASK_ID } from "../ids.ts";

/** What a product is to be made of: a task that is here, and one of its tracks where the product is of a track. */
export const parentTask = z.object({
  taskId: z.string().regex(TASK_ID, "must be the id of a task"),
  trackId: z.string().min(1).max(256).nullable().default(null),
});

export type ParentTask = z.infer<typeof parentTask>;

const ours = {
  parent: z.strictObject(parentTask.shape).optional(),
  force: z.boolean().optional(),
  ref: z.string().regex(REF, REF_RULE).optional(),
};
const sources = {
  uploadUrl: z
    .url({ protocol: /^https?$/ })
    .max(4_096)
    .optional(),
  sourceId: z.string().regex(SHA256, "must be the sourceId that POST /sources answered").optional(),
};
const OWN_CALLBACK = { path: ["callBackUrl"], message: "is set by this Worker: leave it out" };

/** Products that are submitted through us. */
export const SUBMITTED = PRODUCTS.filter((product) => (entryOf(product)?.submit ?? null) !== null);

/** What can be asked about where every callback got lost. */
export const ADOPTED = SUBMITTED.filter((product) => (entryOf(product)?.record ?? null) !== null);

/** Of any product; its own fields are checked by the table of products. */
export const productRequest = z
  .looseObject({ product: z.enum(SUBMITTED).default("add_instrumental"), ...sources, ...ours })
  .refine((request) => !("callBackUrl" in request), OWN_CALLBACK);

/** Its other fields are the product's. */
export interface ProductRequest {
  readonly product?: Product | undefined;
  readonly parent?: ParentTask | undefined;
  readonly force?: boolean | undefined;
  readonly ref?: string | undefined;
  readonly uploadUrl?: string | undefined;
  readonly sourceId?: string | undefined;
  readonly [field: string]: unknown;
}

export const submissionRequest = z
  .looseObject({ product: z.literal("add_instrumental").optional(), ...ADD_INSTRUMENTAL, ...sources, ...ours })
  .refine(({ uploadUrl, sourceId }) => (uploadUrl === undefined) !== (sourceId === undefined), {
    path: ["uploadUrl"],
    message: "give either uploadUrl or sourceId",
  })
  .refine((request) => !("callBackUrl" in request), OWN_CALLBACK);

/**
 * What is passed on without being known: a misspelt option costs credits, and does nothing. A sentence each. `meant`
 * says which known name is near a written one, as the end of a sentence.
 */
export function unknownOptions(
  request: ProductRequest,
  meant: (written: string, choices: readonly string[]) => string,
): readonly string[] {
  const { product = "add_instrumental" } = request;
  const own = Object.keys(entryOf(product)?.submit?.fields.shape ?? {});
  const uploaded = own.includes("uploadUrl") ? ["sourceId"] : [];
  const known = new Set([...own, ...uploaded, "product", ...Object.keys(ours)]);
  const fields = Object.keys(request).filter((name) => !known.has(name));
  const model = request["model"];
  return [
    ...fields.map(
      (name) =>
        `${name}: no field of that name is known here; it was passed on to the provider as it is${meant(name, [...known])}.`,
    ),
    ...(typeof model !== "string" || MODELS.some(({ name }) => name === model)
      ? []
      : [`model: ${model} is not known here; it was passed on to the provider as it is.`]),
  ];
}

export type SubmissionRequest = z.infer<typeof submissionRequest>;

/** The same for the same request, whatever the order of its fields. */
export function requestHash(request: ProductRequest): string {
  const sorted = Object.entries(request).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(JSON.stringify(sorted));
}
