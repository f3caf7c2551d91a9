/**
 * What stands on the pages of `/docs`, made by the build of the same schemas and tables that the Worker works with, and
 * of the reference's own chapters. The Worker puts the frame around it. Pure.
 */
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import * as z from "zod";
import { FINDING_CODES } from "../core/audio/findings/findings.ts";
import { LIMITS } from "../core/audio/findings/limits.ts";
import { PROBLEMS, type ProblemType } from "../http/problem.ts";
import { openApiDocument } from "../openapi/document.ts";
import { PROBLEM_EXAMPLES } from "../openapi/examples/problem-examples.ts";
import { LIMIT_REASONS, RECORDINGS } from "./limit-reasons.ts";
import { Chapter, Words } from "./markdown.tsx";
import { listed, OperationDetails, operations, problemsOf, type Listed } from "./operations.tsx";
import { PROBLEM_HELP } from "./problem-help.ts";
import { schema, SchemaTable, type Schema } from "./schema-words.tsx";
import type { DocsSection } from "./sections.ts";

const described = z.object({
  info: z.object({ description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: operations,
  webhooks: operations,
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

/** Markup by section; `reference` is the Markdown of `src/http/README.md`. */
export async function docsPages(reference: string): Promise<Record<DocsSection, string>> {
  const description = described.parse(JSON.parse(JSON.stringify(openApiDocument())));
  const all = listed(description.paths);
  return {
    api: await markup(<Api description={description} all={all} reference={reference} />),
    operating: await markup(
      <>
        <h1>Operating</h1>
        {["Configuration", "Symptoms", "The doctor", "What it does with a callback", "Limits", "In the browser"].map(
          (name) => (
            <Chapter of={reference} name={name} />
          ),
        )}
      </>,
    ),
    problems: await markup(<Problems all={all} />),
    notices: await markup(
      <>
        <h1>Notices</h1>
        <Chapter of={reference} name="Being told" />
        <h2>What is sent</h2>
        <SchemaTable name="Notice" of={description.components.schemas["Notice"] ?? {}} />
        {listed(description.webhooks).map((one) => (
          <OperationDetails of={{ ...one, path: "NOTIFY_URL", summary: `${one.path}: ${one.summary}` }} />
        ))}
      </>,
    ),
    findings: await markup(
      <>
        <h1>Findings</h1>
        <Chapter of={reference} name="Is it the music?" />
        <Findings />
      </>,
    ),
  };
}

interface ApiProps {
  readonly description: z.infer<typeof described>;
  readonly all: readonly Listed[];
  readonly reference: string;
}

function Api({ description: { info, tags, components }, all, reference }: ApiProps) {
  return (
    <>
      <h1>API</h1>
      <p class="lead">
        <Words text={info.description} />
      </p>
      <p>
        For machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). In the commands, <code>$W</code> is the
        address of this Worker.
      </p>
      {tags
        .filter(({ name }) => all.some((one) => one.tags[0] === name))
        .map((tag) => (
          <>
            <h2 id={tag.name.toLowerCase()}>{tag.name}</h2>
            <p>
              <Words text={tag.description} />
            </p>
            {all.map((one) => (one.tags[0] === tag.name ? <OperationDetails of={one} /> : null))}
          </>
        ))}
      <Chapter of={reference} name="A task" />
      <Chapter of={reference} name="Submitting" />
      <h2 id="schemas">Shapes</h2>
      <p>A question mark stands behind what may be missing.</p>
      {Object.entries(components.schemas).map(([name, of]) => (
        <Component name={name} of={of} />
      ))}
    </>
  );
}

function Component({ name, of }: { readonly name: string; readonly of: Schema }) {
  return (
    <details class="operation">
      <summary>
        <code>{name}</code> <span>{of.description}</span>
      </summary>
      <div id={`schema-${name}`}>
        <SchemaTable name={name} of={of} />
      </div>
    </details>
  );
}

function Problems({ all }: { readonly all: readonly Listed[] }) {
  return (
    <>
      <h1>Problems</h1>
      <p class="lead">
        An error is a problem document (RFC 9457): its <code>type</code> is <code>urn:backline:problem:</code> and one
        of these names, <code>detail</code> names the cause and the cure of this one, and <code>requestId</code> is in
        the log.
      </p>
      {namesOf(PROBLEMS).map((type) => {
        const { status, title } = PROBLEMS[type];
        const { cause, cure } = PROBLEM_HELP[type];
        const from = all.filter((one) => problemsOf(one).includes(type));
        return (
          <section aria-labelledby={type}>
            <h2 id={type}>
              <code>{type}</code>
            </h2>
            <p>
              <b>
                {status} {title}.
              </b>{" "}
              <Words text={cause} />
            </p>
            <p>
              <b>Cure:</b> <Words text={cure} />
            </p>
            {type in EXAMPLES ? <p class="hint">“{EXAMPLES[type]?.detail}”</p> : null}
            {from.length === 0 || from.length > FEW ? null : (
              <p class="hint">
                From{" "}
                {from.map(({ operationId, method, path }, index) => (
                  <>
                    {index === 0 ? "" : ", "}
                    <a href={`/docs#${operationId}`}>
                      {method} {path}
                    </a>
                  </>
                ))}
              </p>
            )}
          </section>
        );
      })}
    </>
  );
}

/** Where more operations answer so, naming them says nothing. */
const FEW = 8;
const EXAMPLES: Readonly<Partial<Record<ProblemType, { readonly detail: string }>>> = PROBLEM_EXAMPLES;

function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  // The keys of a table that is written down here.
  return Object.keys(table).filter((name): name is K => name in table);
}

function Findings() {
  return (
    <>
      <h2 id="codes">Codes</h2>
      <p>
        {FINDING_CODES.map((code) => (
          <>
            <code id={code}>{code}</code>{" "}
          </>
        ))}
      </p>
      <h2 id="limits">Limits</h2>
      <div class="scroll" tabindex={0} role="group" aria-label="Limits">
        <table>
          <thead>
            <tr>
              <th scope="col">Limit</th>
              <th scope="col">Value</th>
              <th scope="col">Beyond it, of {RECORDINGS} released recordings</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {namesOf(LIMITS).map((name) => {
              const { reason, beyond } = LIMIT_REASONS[name];
              return (
                <tr>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td>{LIMITS[name]}</td>
                  <td>{beyond === undefined ? "" : `${beyond} (${((100 * beyond) / RECORDINGS).toFixed(1)} %)`}</td>
                  <td>{reason}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

async function markup(page: JSX.Element): Promise<string> {
  return (await html`${page}`).toString();
}
