/**
 * How an operation of the API is written down (OpenAPI 3.1), in the words that this API has in common. Pure.
 */
import type * as z from "zod";
import { PROBLEMS, problemDocument } from "../http/problem.ts";
import { EXAMPLE_VALUES } from "./examples.ts";
import { PROBLEM_EXAMPLES } from "./problem-examples.ts";
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

/** One that acts: a session counts only from a page of ours. */
export function actOperation(operation: Omit<Operation, "security">, problems: readonly Documented[]): Operation {
  return readOperation(operation, ["cross_site", "read_only", ...problems]);
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
): object {
  const content = { "application/json": { schema: { oneOf: schemas.map(schemaOf) }, examples: named(examples) } };
  return { description, content };
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
      return [String(status), { description, content }];
    }),
  );
}

export function pathParameter(name: keyof typeof EXAMPLE_VALUES, description: string): Parameter {
  return { name, in: "path", required: true, description, schema: { type: "string" }, example: EXAMPLE_VALUES[name] };
}

export function headerParameter(name: keyof typeof EXAMPLE_VALUES, description: string): Parameter {
  return {
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
    example: EXAMPLE_VALUES[name],
  };
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

export function header(description: string, example: string): object {
  return { description, schema: { type: "string" }, example };
}

function named(examples: Readonly<Record<string, unknown>>): Readonly<Record<string, { readonly value: unknown }>> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
