/**
 * What `POST /tasks` takes: a schema for each product, from the table of products. Pure.
 *
 * What is filled in may be left out: a link where there is a `sourceId`, ids where there is a `parent`.
 */
import * as z from "zod";
import type { ProductEntry } from "../core/provider/products/product-entry.ts";
import { PRODUCT_TABLE } from "../core/provider/products/products.ts";
import { productRequest, submissionRequest } from "../core/provider/submission.ts";

const { parent, force, ref, sourceId } = productRequest.shape;

/** By the names of their components. */
export const SUBMISSIONS: Readonly<Record<string, z.ZodObject>> = {
  Submission: submissionRequest,
  ...Object.fromEntries(
    Object.entries(PRODUCT_TABLE).flatMap(([product, { submit, parent: made }]) =>
      submit === null || product === "add_instrumental"
        ? []
        : [[`${pascalCase(product)}Submission`, submissionOf(product, submit, made)]],
    ),
  ),
};

/** What the fields of each need of each other, where that is anything. */
export const NEEDS: ReadonlyMap<string, string> = new Map(
  Object.entries(PRODUCT_TABLE).flatMap(([product, { submit }]) =>
    submit === null || submit.rules.length === 0
      ? []
      : [[`${pascalCase(product)}Submission`, submit.rules.map(({ words }) => words).join("; ")] as const],
  ),
);

function submissionOf(
  product: string,
  { fields }: NonNullable<ProductEntry["submit"]>,
  made: ProductEntry["parent"],
): z.ZodObject {
  const filledIn = new Set(["uploadUrl", "audioUrl", made?.taskId, made?.audioId]);
  const own = Object.entries<z.ZodType>(fields.shape).map(([name, field]) => [
    name,
    filledIn.has(name) ? z.optional(field) : field,
  ]);
  return z.looseObject({
    product: z.literal(product),
    ...Object.fromEntries(own),
    ...("uploadUrl" in fields.shape ? { sourceId } : {}),
    ...(made === null ? {} : { parent }),
    force,
    ref,
  });
}

function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
