/** Query parameters, checked by zod: a bad value is a 400 that names the parameter. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { REF, REF_RULE } from "../../core/provider/callback-url.ts";
import { ADOPTED } from "../../core/provider/submission.ts";
import { LIST_STATUSES } from "../../platform/catalog/task-queries.ts";
import { INBOX_CURSOR } from "../../platform/inbox/inbox.ts";
import { place } from "../reading/task-list.ts";
import { Problem } from "../problem.ts";
import { SHARE_PARAMETER, SHARED_TRACK_PARAMETER } from "../auth/share-link.ts";
import { inputWords, meant } from "./wrong-input.ts";

export const MAX_LIMIT = 100;
export const DEFAULT_LIMIT = 50;
export const MAX_WAIT_SECONDS = 25;

/** In digits alone: `Number` would read "", "0x10" and "1e3" too. */
const whole = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number from 0 up, in digits")
  .transform(Number);

const limit = whole
  .refine((value) => value > 0, "must be at least 1")
  .transform((value) => Math.min(value, MAX_LIMIT))
  .default(DEFAULT_LIMIT);

export const taskQuery = z.object({
  wait: whole.transform((value) => Math.min(value, MAX_WAIT_SECONDS)).optional(),
  min_version: whole.default(0),
});

/** What a guest's query has beside that: it counts with a share alone. */
export const guestQuery = z.object({ [SHARED_TRACK_PARAMETER]: z.string().optional() });

export const tasksQuery = z.object({
  status: z.enum(LIST_STATUSES).optional(),
  ref: z.string().regex(REF, REF_RULE).optional(),
  parent: z.string().min(1).max(128).optional(),
  q: z.string().min(1).max(200).optional(),
  cursor: place.optional(),
  limit,
});

export const retryQuery = z.object({ status: z.enum(LIST_STATUSES), cursor: place.optional(), limit });

export const adoptQuery = z.object({ product: z.enum(["music", ...ADOPTED]).optional() });

export const eventsQuery = z.object({ cursor: whole.default(0), limit });

export const fileQuery = z.object({ download: z.string().optional() });

export const sourceQuery = z.object({ link: z.string().optional() });

export const inboxQuery = z.object({
  cursor: z.string().regex(INBOX_CURSOR, "must be `nextCursor` of the page before").optional(),
  limit,
});

/** Named in the route of what takes none. */
export const takesNoQuery = createMiddleware(async (c, next) => {
  parseQuery(NONE, c);
  await next();
});
const NONE = z.object({});

export function parseQuery<S extends z.ZodObject>(schema: S, c: Context): z.output<S> {
  const repeated = Object.keys(schema.shape).find((name) => (c.req.queries(name)?.length ?? 0) > 1);
  if (repeated !== undefined)
    throw new Problem("invalid_query", `Query parameter \`${repeated}\`: is given more than once.`);
  const names = Object.keys(schema.shape);
  const ofShare = c.req.query(SHARE_PARAMETER) === undefined ? [] : [SHARE_PARAMETER, SHARED_TRACK_PARAMETER];
  const unknown = Object.keys(c.req.query()).find((name) => !names.includes(name) && !ofShare.includes(name));
  if (unknown !== undefined)
    throw new Problem(
      "invalid_query",
      names.length === 0
        ? "This takes no query parameter."
        : `A query parameter is not known here${meant(unknown, names)}. There are ${names.join(", ")}.`,
    );
  const parsed = schema.safeParse(c.req.query(), { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join(".") ?? "";
  throw new Problem(
    "invalid_query",
    `Query parameter ${issue === undefined ? "" : inputWords([issue], [name]).replace(/^([\w-]+):/, "`$1`:")}.`,
  );
}
