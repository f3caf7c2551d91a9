/** The operations of the API's description, each folded under its name. Pure. */
import * as z from "zod";
import { PROBLEMS, type ProblemType } from "../http/problem.ts";
import { Words } from "./markdown.tsx";
import { Named, nameOf, schema, Type } from "./schema-words.tsx";

const content = z.record(
  z.string(),
  z.object({
    schema,
    examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
  }),
);
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  description: z.string(),
  schema,
  example: z.unknown(),
});
const operation = z.object({
  operationId: z.string(),
  tags: z.tuple([z.string()]),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
});
export const operations = z.record(z.string(), z.record(z.string(), operation));

type Operation = z.infer<typeof operation>;
type Content = z.infer<typeof content>;

export interface Listed extends Operation {
  readonly method: string;
  readonly path: string;
}

export function listed(paths: z.infer<typeof operations>): readonly Listed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => Object.assign({ method: method.toUpperCase(), path }, one)),
  );
}

/** The types of problem that an operation may answer with. */
export function problemsOf({ responses }: Operation): readonly ProblemType[] {
  const names = Object.values(responses).flatMap((response) =>
    Object.keys(response.content?.["application/problem+json"]?.examples ?? {}),
  );
  return names.filter((name): name is ProblemType => name in PROBLEMS);
}

export function OperationDetails({ of }: { readonly of: Listed }) {
  const { operationId, method, path, summary, description, parameters, requestBody } = of;
  const problems = problemsOf(of);
  return (
    <details class="operation">
      <summary>
        <code>
          <b>{method}</b> {path}
        </code>{" "}
        <span>{summary}</span>
      </summary>
      <div id={operationId}>
        <p>
          <Words text={description} />
        </p>
        <p class="hint">
          <Words text={accessWords(of)} />
        </p>
        {parameters.length === 0 ? null : <Parameters of={of} />}
        {requestBody === undefined ? null : <Body name="It takes" content={requestBody.content} />}
        {Object.entries(of.responses).flatMap(([status, { description: what, content: sent }]) =>
          Number(status) >= 400 ? [] : [<Body name={`${status}: ${what}`} content={sent ?? {}} />],
        )}
        <p>
          <b>Errors:</b>{" "}
          {problems.map((type, index) => (
            <>
              {index === 0 ? "" : ", "}
              <a href={`/docs/problems#${type}`}>
                {PROBLEMS[type].status} {type}
              </a>
            </>
          ))}
        </p>
        <pre tabindex={0}>
          <code>{curlOf(of)}</code>
        </pre>
      </div>
    </details>
  );
}

function Parameters({ of: { operationId, parameters } }: { readonly of: Operation }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label={`Parameters of ${operationId}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((one) => (
            <tr>
              <td>
                <code>{one.name}</code>
                {one.required ? "" : "?"} <span class="hint">{one.in}</span>
              </td>
              <td>
                <Type of={one.schema} />. <Words text={one.description} />
                {one.schema.default === undefined ? "" : ` By default ${JSON.stringify(one.schema.default)}.`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is sent or answered, with its first example. */
function Body({ name, content: sent }: { readonly name: string; readonly content: Content }) {
  return (
    <>
      <p>
        <b>{name}</b>{" "}
        {Object.entries(sent).map(([type, { schema: shape }]) => (
          <>
            <code>{type}</code>{" "}
            {/json/.test(type) ? (
              shape.$ref === undefined ? (
                <Type of={shape} />
              ) : (
                <Named name={nameOf(shape.$ref)} />
              )
            ) : null}
          </>
        ))}
      </p>
      {Object.entries(sent).flatMap(([type, { examples = {} }]) =>
        /json|form/.test(type)
          ? Object.values(examples)
              .slice(0, 1)
              .map(({ value }) => (
                <details>
                  <summary>Example</summary>
                  <pre tabindex={0}>
                    <code>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</code>
                  </pre>
                </details>
              ))
          : [],
      )}
    </>
  );
}

const ACCESS: Readonly<Record<string, string>> = {
  apiToken: "the API token as a bearer",
  session: "the session of a login",
  share: "a share link",
  signature: "the provider's signature",
};

function accessWords({ security }: Operation): string {
  const ways = security.map((way) =>
    Object.keys(way)
      .flatMap((name) => ACCESS[name] ?? [])
      .join(" and "),
  );
  return ways.length === 0 || ways.includes("") ? "Open to all." : `Needs ${ways.join(", or ")}.`;
}

/** With what is needed, and nothing that is optional. */
function curlOf({ method, path, parameters, security, requestBody }: Listed): string {
  const needed = parameters.filter(({ required }) => required);
  const inPath = needed.filter((one) => one.in === "path");
  const filled = inPath.reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path);
  const query = needed.filter((one) => one.in === "query").map(({ name, example }) => `${name}=${String(example)}`);
  const [[type, body] = []] = Object.entries(requestBody?.content ?? {});
  const [{ value } = { value: undefined }] = Object.values(body?.examples ?? {});
  const words = [
    method === "GET" ? "curl" : method === "HEAD" ? "curl -I" : `curl -X ${method}`,
    ...(security.some((way) => "apiToken" in way) ? [`-H "Authorization: Bearer $API_TOKEN"`] : []),
    ...(type === undefined ? [] : [`-H "Content-Type: ${type}"`]),
    ...(type === undefined
      ? []
      : [typeof value === "object" ? `-d '${JSON.stringify(value)}'` : "--data-binary @file"]),
    `"$W${filled}${query.length === 0 ? "" : `?${query.join("&")}`}"`,
  ];
  return words.join(" \\\n  ");
}
