/** The API's description as a judge: what a request may be, and what is wrong with an answer. Schemas are ajv's matter. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as z from "zod";

const schema = z.record(z.string(), z.unknown());
const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  schema,
});
const content = z.record(z.string(), z.object({ schema, examples: z.record(z.string(), z.unknown()).default({}) }));
const response = z.object({
  headers: z.record(z.string(), z.object({ required: z.boolean(), schema })).default({}),
  content: content.default({}),
});
const operation = z.object({
  operationId: z.string(),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string(), response),
});
const methods = z.record(z.string(), operation);
const document = z.object({
  paths: z.record(z.string(), methods),
  webhooks: z.record(z.string(), z.object({ post: operation })),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export type Schema = z.infer<typeof schema>;
export type Operation = z.infer<typeof operation> & { readonly method: string; readonly path: string };

/** What was asked, as far as the description speaks of it. */
export interface Ask {
  readonly method?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, if it is neither text, bytes nor a form. */
  readonly body?: unknown;
  /** In place of the API token; null: none. */
  readonly token?: string | null;
}

export interface Description {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Sentences; none where the request is one that the description allows. */
  faultsOfRequest(asked: Operation, ask: Ask): readonly string[];
  /** Sentences; none where the answer is one of those that are described. Reads the body. */
  faultsOfAnswer(asked: Operation, answer: Response): Promise<readonly string[]>;
  faultsOfNotice(kind: string, headers: Readonly<Record<string, unknown>>, body: string): readonly string[];
}

export async function readDescription(origin: string): Promise<Description> {
  const json: unknown = await (await fetch(`${origin}/openapi.json`)).json();
  const { paths, webhooks, components } = document.parse(json);
  const ajv = new Ajv2020({ strict: false, allErrors: true, multipleOfPrecision: 6 });
  addFormats.default(ajv);
  ajv.addSchema(schema.parse(json), "api");

  /** `where` is a place in the description, as the parts of a JSON pointer. */
  function against(value: unknown, ...where: readonly string[]): readonly string[] {
    const pointer = where.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = ajv.getSchema(`api#/${pointer}`);
    if (validate === undefined) return [`there is no schema at ${pointer}`];
    if (validate(value) === true) return [];
    return [`${where.slice(0, 3).join(" ")}: ${ajv.errorsText(validate.errors)}`];
  }

  function faultsOfRequest({ parameters, path, method, requestBody }: Operation, ask: Ask): readonly string[] {
    const sent = { path: ask.path ?? {}, query: ask.query ?? {}, header: ask.headers ?? {} };
    const known = parameters.flatMap(({ name, in: place, required, schema: of }, index) => {
      const text = sent[place][name];
      if (text === undefined) return required ? [`${name} is missing`] : [];
      const value = of["type"] === "integer" ? Number(text) : text;
      return against(value, "paths", path, method, "parameters", String(index), "schema");
    });
    const names = new Set(parameters.map(({ name }) => name));
    const unknown = [...Object.keys(sent.path), ...Object.keys(sent.query)].filter((name) => !names.has(name));
    const type = Object.keys(requestBody?.content ?? {})[0];
    const body =
      type === "application/json" && ask.body !== undefined
        ? against(ask.body, "paths", path, method, "requestBody", "content", type, "schema")
        : [];
    return [...known, ...unknown.map((name) => `${name} is not described`), ...body];
  }

  async function faultsOfAnswer({ responses, path, method }: Operation, answer: Response): Promise<readonly string[]> {
    const type = answer.headers.get("content-type")?.split(";")[0] ?? null;
    const body = new Uint8Array(await answer.arrayBuffer());
    const status = String(answer.status);
    // Of all paths alike, as the description says at its top.
    if (status === "405") {
      const allowed = answer.headers.has("allow") ? [] : ["405 without Allow"];
      return [...allowed, ...against(jsonOf(body), "components", "schemas", "Problem")];
    }
    const described = responses[status];
    if (described === undefined) return [`${status} is not described`];
    const headers = Object.entries(described.headers).flatMap(([name, { required }]) => {
      const value = answer.headers.get(name);
      if (value === null) return required ? [`${status} without ${name}`] : [];
      return against(value, "paths", path, method, "responses", status, "headers", name, "schema");
    });
    const types = Object.keys(described.content);
    if (method === "head" || types.length === 0)
      return body.length === 0 ? headers : [...headers, `${status} has a body, and none is described`];
    if (type === null || !types.includes(type))
      return [...headers, `${status} is ${type}, and not ${types.join(", ")}`];
    if (!type.endsWith("json")) return body.length === 0 ? [...headers, `${status} has no body`] : headers;
    const json = jsonOf(body);
    const wrong = against(json, "paths", path, method, "responses", status, "content", type, "schema");
    return [...headers, ...wrong, ...kindFaults(json, Object.keys(described.content[type]?.examples ?? {}))];
  }

  return {
    operations: new Map(
      Object.entries(paths).flatMap(([path, all]) =>
        Object.entries(all).map(([method, one]) => [one.operationId, { ...one, method, path }] as const),
      ),
    ),
    schemas: components.schemas,
    faultsOfRequest,
    faultsOfAnswer,
    faultsOfNotice(kind, headers, body) {
      const place = ["webhooks", kind, "post"] as const;
      const wrong = (webhooks[kind]?.post.parameters ?? []).flatMap(({ name }, index) =>
        against(headers[name], ...place, "parameters", String(index), "schema"),
      );
      const type = "application/json";
      return [...wrong, ...against(JSON.parse(body), ...place, "requestBody", "content", type, "schema")];
    },
  };
}

/** A problem is one of those that the status is described with. */
function kindFaults(json: unknown, kinds: readonly string[]): readonly string[] {
  const { type } = z.object({ type: z.string().optional() }).catch({}).parse(json);
  const kind = /^urn:backline:problem:(\w+)$/.exec(type ?? "")?.[1];
  return kind === undefined || kinds.includes(kind) ? [] : [`${kind} is not described`];
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
