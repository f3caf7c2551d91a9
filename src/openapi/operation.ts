/**
 * How an operation of the API is written down (OpenAPI 3.1), in the words that this API has in common. Pure.
 */
import type * as z from "zod";
import { SHA256, TASK_ID, TRACK_ID } from "../core/ids.ts";
import { SIGNATURE, TIMESTAMP } from "../core/provider/signature.ts";
import { DOCS_SECTIONS } from "../docs/sections.ts";
import { PROBLEMS, problemDocument } from "../http/problem.ts";
import { MAX_KEY_CHARS } from "../http/routes/submit/submissions.ts";
import { EXAMPLE_VALUES } from "./examples/examples.ts";
import { PROBLEM_EXAMPLES } from "./examples/problem-examples.ts";
import { querySchemas, schemaOf, type JsonSchema } from "./schemas.ts";

export type Documented = keyof typeof PROBLEM_EXAMPLES;
export type PathItem = Readonly<Partial<Record<"get" | "head" | "post" | "put" | "delete", Operation>>>;
type Responses = Readonly<Record<string, object>>;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Responses;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
}

const READER = [{ apiToken: [] }, { session: [] }] as const;
const GUEST = [...READER, { share: [] }] as const;
export const ANYBODY = [] as const;

/** An operation for readers: its security and the refusals that go with it are the same everywhere. */
export function readOperation(operation: Omit<Operation, "security">, problems: readonly Documented[]): Operation {
  const responses = { ...operation.responses, ...problemResponses(["unauthorized", "not_configured", ...problems]) };
  return { ...operation, security: READER, responses };
}

/** One that acts: a session counts only from a page of ours, and a query that is not known is refused. */
export function actOperation(operation: Omit<Operation, "security">, problems: readonly Documented[]): Operation {
  return readOperation(operation, ["cross_site", "read_only", "invalid_query", ...problems]);
}

/** One that a share link opens, too. */
export function sharedOperation(operation: Omit<Operation, "security">, problems: readonly Documented[]): Operation {
  return { ...readOperation(operation, problems), security: GUEST };
}

/** `examples` by name, each of them with a value of the schema's type. */
export function jsonResponse<S extends z.ZodType>(
  description: string,
  schema: S,
  examples: Readonly<Record<string, z.input<S>>>,
  headers: Readonly<Record<string, object>> = {},
): object {
  const content = { "application/json": { schema: schemaOf(schema), examples: named(examples) } };
  return { description, headers, content };
}

/** An answer of one of several shapes. */
export function eitherOf<S extends z.ZodType>(
  description: string,
  schemas: readonly S[],
  examples: Readonly<Record<string, z.input<S>>>,
  headers: Readonly<Record<string, object>>,
): object {
  const content = { "application/json": { schema: { oneOf: schemas.map(schemaOf) }, examples: named(examples) } };
  return { description, headers, content };
}

/** One response for each status, with an example for each type of problem that comes under it. */
export function problemResponses(types: readonly Documented[]): Responses {
  const all = [...types, "internal" as const].toSorted((a, b) => PROBLEMS[a].status - PROBLEMS[b].status);
  const statuses = [...new Set(all.map((type) => PROBLEMS[type].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const same = all.filter((type) => PROBLEMS[type].status === status);
      const examples = named(Object.fromEntries(same.map((type) => [type, PROBLEM_EXAMPLES[type]])));
      const description = same.map((type) => PROBLEMS[type].title).join(" · ");
      const content = { "application/problem+json": { schema: schemaOf(problemDocument), examples } };
      return [String(status), { description, headers: PROBLEM_HEADERS[status] ?? {}, content }];
    }),
  );
}

const RETRY_AFTER = { "Retry-After": header("Seconds to wait, where waiting helps.", "60", false) };
const PROBLEM_HEADERS: Readonly<Record<number, Readonly<Record<string, object>>>> = {
  401: { "WWW-Authenticate": header("How to send the API token.", 'Bearer realm="backline"', false) },
  409: RETRY_AFTER,
  416: { "Content-Range": header("How long the file is.", "bytes */4377600") },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

type Name = keyof typeof EXAMPLE_VALUES;

/** Of what has a form of its own. */
const FORMS: Readonly<Partial<Record<Name, JsonSchema>>> = {
  id: { pattern: TASK_ID.source },
  trackId: { pattern: TRACK_ID.source },
  name: { pattern: TRACK_ID.source },
  section: { enum: Object.keys(DOCS_SECTIONS).filter((section) => section !== "api") },
  sha256: { pattern: SHA256.source },
  sourceId: { pattern: SHA256.source },
  shareId: { pattern: "^[A-Za-z0-9_-]{22}$" },
  // A value of CALLBACK_TOKEN, or one that is made of it for one submission.
  token: { pattern: String.raw`^(?:[A-Za-z0-9_-]{32,}|[A-Za-z0-9_-]{1,64}\.[0-9a-f]{64})$` },
  "Idempotency-Key": { minLength: 1, maxLength: MAX_KEY_CHARS },
  "X-Webhook-Timestamp": { pattern: TIMESTAMP.source },
  "X-Webhook-Signature": { pattern: SIGNATURE.source },
};

/** `form` is whose form it has, where another parameter has its name. */
export function pathParameter(name: Name, description: string, form = name): Parameter {
  const schema = { type: "string", ...FORMS[form] };
  return { name, in: "path", required: true, description, schema, example: EXAMPLE_VALUES[form] };
}

export function headerParameter(name: Name, description: string): Parameter {
  const schema = { type: "string", ...FORMS[name] };
  return { name, in: "header", required: false, description, schema, example: EXAMPLE_VALUES[name] };
}

/** `examples` stand in for the usual ones where a name means something else. */
export function queryParameters(
  query: z.ZodObject,
  examples: Readonly<Record<string, unknown>> = {},
): readonly Parameter[] {
  const values: Readonly<Record<string, unknown>> = { ...EXAMPLE_VALUES, ...examples };
  return querySchemas(query).map(([name, { description, ...schema }]) => {
    if (typeof description !== "string") throw new Error(`${name} is not described`);
    return { name, in: "query", required: false, description, schema, example: values[name] };
  });
}

/** Of an answer. One that is not `required` comes with some of them. */
export function header(description: string, example: string, required = true): object {
  return { description, required, schema: { type: "string" }, example };
}

function named(examples: Readonly<Record<string, unknown>>): Readonly<Record<string, { readonly value: unknown }>> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
