/** Query parameters, checked by zod: a bad value is a 400 that names the parameter. */
import type { Context } from "hono";
import * as z from "zod";
import { Problem } from "./problem.ts";

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 50;

/** Of every list. A `limit` over the maximum counts as the maximum. */
export const listQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .positive()
    .default(DEFAULT_LIMIT)
    .transform((limit) => Math.min(limit, MAX_LIMIT)),
});

export function parseQuery<S extends z.ZodType>(schema: S, c: Context): z.output<S> {
  const parsed = schema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Problem(
    "invalid_query",
    `Query parameter \`${issue?.path.join(".") ?? "?"}\`: ${issue?.message ?? "invalid"}.`,
  );
}
