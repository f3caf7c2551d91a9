/** Query parameters, checked by zod: a bad value is a 400 that names the parameter. */
import type { Context } from "hono";
import * as z from "zod";
import { REF, REF_RULE } from "../../core/provider/callback-url.ts";
import { ADOPTED } from "../../core/provider/submission.ts";
import { LIST_STATUSES } from "../../platform/catalog/task-queries.ts";
import { INBOX_CURSOR } from "../../platform/inbox/inbox.ts";
import { place } from "../reading/task-list.ts";
import { Problem } from "../problem.ts";
import { SHARE_PARAMETER, SHARED_TRACK_PARAMETER } from "../auth/share-link.ts";
import { inputWords, meant } from "./wrong-input.ts";

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 50;
const MAX_WAIT_SECONDS = 25;

/** In digits alone: `Number` would read "", "0x10" and "1e3" too. */
const whole = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number from 0 up, in digits")
  .transform(Number);

const limit = whole
  .refine((value) => value > 0, "must be at least 1")
  .transform((value) => Math.min(value, MAX_LIMIT))
  .default(DEFAULT_LIMIT)
  .meta({
    description: `The largest number of items; over ${MAX_LIMIT} counts as ${MAX_LIMIT}.`,
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
  });

export const taskQuery = z.object({
  wait: whole
    .transform((value) => Math.min(value, MAX_WAIT_SECONDS))
    .optional()
    .meta({
      description: `Waits up to so many seconds for the task to change; over ${MAX_WAIT_SECONDS} counts as ${MAX_WAIT_SECONDS}.`,
      maximum: MAX_WAIT_SECONDS,
    }),
  min_version: whole
    .default(0)
    .meta({ description: "Answers 412 while the task's version is lower; with `wait`, waits for it.", default: 0 }),
});

/** What a guest's query has beside that: it counts with a share alone. */
export const guestQuery = z.object({
  [SHARED_TRACK_PARAMETER]: z
    .string()
    .optional()
    .meta({ description: "With the share link of one track, and only with it: the view is about that track." }),
});

export const tasksQuery = z.object({
  status: z
    .enum(LIST_STATUSES)
    .optional()
    .meta({ description: "A stage, or `open`, `settled`, `stalled`, `problems`." }),
  ref: z.string().regex(REF, REF_RULE).optional().meta({ description: "Your own reference." }),
  parent: z.string().min(1).max(128).optional().meta({ description: "What was made of this task." }),
  q: z.string().min(1).max(200).optional().meta({
    description:
      "Part of a title, a task id, a track id or a `ref`, in any case. A page looks at a part of the tasks: follow `nextCursor`, also of an empty one.",
  }),
  cursor: place.optional().meta({ description: "`nextCursor` of the page before." }),
  limit,
});

export const retryQuery = z.object({
  status: z
    .enum(LIST_STATUSES)
    .meta({ description: "Which tasks: a stage, or `open`, `settled`, `stalled`, `problems`." }),
  cursor: place.optional().meta({ description: "`nextCursor` of the call before." }),
  limit,
});

export const adoptQuery = z.object({
  product: z
    .enum(["music", ...ADOPTED])
    .optional()
    .meta({
      description: "What it is of, where that is not known here; `music` unless it is named.",
      default: "music",
    }),
});

export const eventsQuery = z.object({
  cursor: whole.default(0).meta({ description: "`nextCursor` of the page before.", default: 0 }),
  limit,
});

export const fileQuery = z.object({
  download: z.string().optional().meta({ description: "Save it under its title; without, play it in place." }),
});

export const sourceQuery = z.object({
  link: z.string().optional().meta({
    description: "In place of a token, in the link that the provider gets: opens this file alone, for 24 hours.",
  }),
});

/** Of what takes none. */
export const noQuery = z.object({});

export const inboxQuery = z.object({
  cursor: z
    .string()
    .regex(INBOX_CURSOR, "must be `nextCursor` of the page before")
    .optional()
    .meta({ description: "`nextCursor` of the page before." }),
  limit,
});

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
