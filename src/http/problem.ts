/**
 * Errors as RFC 9457 problem documents, from one exhaustive table.
 *
 * `type` is stable and `detail` names the cause and the cure. Nothing of the request is echoed: a URL may hold a token.
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

const PROBLEMS = {
  unauthorized: { status: 401, title: "Not authorized" },
  not_configured: { status: 503, title: "Not configured" },
  payload_too_large: { status: 413, title: "Payload too large" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  not_found: { status: 404, title: "Not found" },
  task_not_found: { status: 404, title: "No such task" },
  file_not_found: { status: 404, title: "No such file" },
  version_not_reached: { status: 412, title: "Version not reached" },
  invalid_query: { status: 400, title: "Invalid query" },
  range_not_satisfiable: { status: 416, title: "Range not satisfiable" },
  overloaded: { status: 503, title: "Overloaded" },
  internal: { status: 500, title: "Internal error" },
} as const satisfies Record<string, ProblemKind>;

export type ProblemType = keyof typeof PROBLEMS;

/** The refusal of a request. Throw it anywhere under `http/`; `headers` go out with the document. */
export class Problem extends HTTPException {
  readonly type: ProblemType;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    type: ProblemType,
    detail: string,
    headers: Record<string, string> = {},
    members: Record<string, unknown> = {},
  ) {
    super(PROBLEMS[type].status, { message: detail });
    this.type = type;
    this.headers = headers;
    this.members = members;
  }
}

export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title } = PROBLEMS[problem.type];
  const body = {
    type: `urn:backline:problem:${problem.type}`,
    title,
    status,
    detail: problem.message,
    requestId: c.get("requestId"),
    ...problem.members,
  };
  return c.body(JSON.stringify(body), status, {
    "content-type": "application/problem+json; charset=utf-8",
    "cache-control": "no-store",
    ...problem.headers,
  });
}
