/**
 * Errors as RFC 9457 problem documents, from one exhaustive table.
 *
 * `type` is stable and `detail` names the cause and the cure. Nothing of the request is echoed: a URL may hold a token.
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import type { AppEnv } from "./app-env.ts";
import { shownReport } from "../core/audio/findings/source-report.ts";

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

export const PROBLEMS = {
  unauthorized: { status: 401, title: "Not authorized" },
  cross_site: { status: 403, title: "Not from a page of ours" },
  read_only: { status: 403, title: "Only for reading" },
  not_configured: { status: 503, title: "Not configured" },
  incomplete_body: { status: 400, title: "Incomplete body" },
  malformed_form: { status: 400, title: "Malformed form" },
  payload_too_large: { status: 413, title: "Payload too large" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  not_found: { status: 404, title: "Not found" },
  task_not_found: { status: 404, title: "No such task" },
  task_deleted: { status: 410, title: "Task deleted" },
  file_not_found: { status: 404, title: "No such file" },
  file_gone: { status: 404, title: "Kept file gone" },
  precondition_failed: { status: 412, title: "Precondition failed" },
  version_not_reached: { status: 412, title: "Version not reached" },
  invalid_query: { status: 400, title: "Invalid query" },
  range_not_satisfiable: { status: 416, title: "Range not satisfiable" },
  provider_failed: { status: 502, title: "The provider failed" },
  provider_refused: { status: 422, title: "The provider refused" },
  too_many_failures: { status: 429, title: "Too many failures" },
  too_many_submissions: { status: 429, title: "Too many submissions" },
  invalid_request: { status: 422, title: "Invalid request" },
  source_refused: { status: 422, title: "Source refused" },
  idempotency_conflict: { status: 422, title: "Idempotency key used for another request" },
  not_recoverable: { status: 409, title: "Not recoverable" },
  nothing_missing: { status: 409, title: "Nothing is missing" },
  submission_in_flight: { status: 409, title: "Submission in flight" },
  overloaded: { status: 503, title: "Overloaded" },
  internal: { status: 500, title: "Internal error" },
} as const satisfies Record<string, ProblemKind>;

export type ProblemType = keyof typeof PROBLEMS;

const URN = "urn:backline:problem:";

/** As it is sent. Members are added, never renamed. */
export const problemDocument = z.looseObject({
  type: z.enum(Object.keys(PROBLEMS).map((type) => URN + type)),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  version: z.int().optional(),
  taskId: z.string().optional(),
  // Of `source_refused`, where the source could be fetched: what is wrong with it.
  ...shownReport.partial().shape,
});

/** The refusal of a request. Throw it anywhere under `http/`; `headers` go out with the document. */
export class Problem extends HTTPException {
  readonly type: ProblemType;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly members: Readonly<Record<string, unknown>>;
  /** In place of the detail, for who has a page and no program. */
  readonly forPeople: string;

  constructor(
    type: ProblemType,
    detail: string,
    headers: Record<string, string> = {},
    members: Record<string, unknown> = {},
    forPeople = detail,
  ) {
    super(PROBLEMS[type].status, { message: detail });
    this.type = type;
    this.headers = headers;
    this.members = members;
    this.forPeople = forPeople;
  }
}

export function problemResponse(c: Context<AppEnv>, problem: Problem): Response {
  const body = documentOf(problem.type, problem.message, c.get("requestId"));
  return c.body(JSON.stringify({ ...body, ...problem.members }), PROBLEMS[problem.type].status, {
    "content-type": "application/problem+json; charset=utf-8",
    "cache-control": "no-store",
    ...problem.headers,
  });
}

export function documentOf(type: ProblemType, detail: string, requestId: string): z.infer<typeof problemDocument> {
  const { status, title } = PROBLEMS[type];
  return { type: `${URN}${type}`, title, status, detail, requestId };
}
