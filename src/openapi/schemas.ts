/** The components of the API's description, made from the schemas that the Worker itself works with. Pure. */
import * as z from "zod";
import { audioFacts } from "../core/audio/facts.ts";
import { finding } from "../core/audio/findings/findings.ts";
import { shownReport } from "../core/audio/findings/source-report.ts";
import { waveform } from "../core/audio/sound/waveform.ts";
import { noticeBody } from "../core/next/notices.ts";
import { scoreboard } from "../core/view/statistics.ts";
import { assessmentView } from "../core/task/assessment.ts";
import { guestView } from "../core/view/guest.ts";
import { failureView, fileView, taskView, trackView } from "../core/view/view.ts";
import { healthReport } from "../http/routes/site/health.ts";
import { deliveredAgain, inboxItem, inboxPage } from "../http/routes/callback/inbox.tsx";
import { frontView } from "../http/routes/site/home.tsx";
import { problemDocument } from "../http/problem.ts";
import { submissionRequest } from "../core/provider/submission.ts";
import { received } from "../http/routes/callback/received.ts";
import { shareLink } from "../http/auth/share-link.ts";
import { shareList, shareRequest } from "../http/routes/task/shares.ts";
import { keptSource, sourceQuestion } from "../http/routes/submit/sources.ts";
import { submittedView, submittingView } from "../http/routes/submit/submissions.ts";
import { choice } from "../http/routes/task/chosen.ts";
import { rebuiltView, retriedPage } from "../http/routes/task/task-actions.ts";
import { taskList, taskListItem } from "../http/reading/task-list.ts";
import { timelineItem, timelinePage } from "../http/reading/timeline-page.ts";
import { fieldWords } from "./field-words.ts";
import { NEEDS, SUBMISSIONS } from "./submissions.ts";

type Named = { readonly id: string; readonly description: string };

/** What is answered and sent. */
const answers = z
  .registry<Named>()
  .add(taskView, { id: "Task", description: "What became of a task." })
  .add(guestView, { id: "GuestTask", description: "What a guest sees of a task: nothing that is not listed here." })
  .add(trackView, { id: "Track", description: "One of the task's songs." })
  .add(fileView, { id: "File", description: "How far the keeping of a file has come." })
  .add(assessmentView, { id: "Assessment", description: "What the kept audio is like, and what is wrong with it." })
  .add(audioFacts, { id: "AudioFacts", description: "Null is what was not measured, never 0." })
  .add(finding, { id: "Finding", description: "A sentence with its numbers. Codes are added, never renamed." })
  .add(shownReport, { id: "SourceReport", description: "What is said of a source before it is submitted." })
  .add(waveform, { id: "Waveform", description: "A picture, in the JSON format of audiowaveform 2." })
  .add(failureView, { id: "Failure", description: "Why the provider gave up, and what to do about it." })
  .add(taskListItem, { id: "TaskListItem", description: "A task in short." })
  .add(taskList, { id: "TaskList", description: "A page of tasks, newest first." })
  .add(timelineItem, { id: "TimelineEvent", description: "What happened to a task, and when." })
  .add(timelinePage, { id: "Timeline", description: "A page of events, oldest first." })
  .add(noticeBody, { id: "Notice", description: "What NOTIFY_URL is told." })
  .add(scoreboard, { id: "Scoreboard", description: "How many tasks, how fast, and what failed." })
  .add(frontView, { id: "Front", description: "What this is, and where to go on." })
  .add(inboxItem, { id: "InboxItem", description: "An authenticated delivery that reached no task." })
  .add(inboxPage, {
    id: "Inbox",
    description: "A page of the inbox: what can be delivered, then the rest, the newest day first.",
  })
  .add(deliveredAgain, {
    id: "DeliveredAgain",
    description: "A delivery that left the inbox, and the task it went to.",
  })
  .add(healthReport, { id: "Health", description: "Names and sentences, never values." })
  .add(submittedView, { id: "Submitted", description: "The task, and what of the request is not known here." })
  .add(submittingView, {
    id: "Submitting",
    description: "The provider's answer was lost or named no task; a callback will tell.",
  })
  .add(retriedPage, { id: "Retried", description: "The tasks that are tried again." })
  .add(rebuiltView, { id: "Rebuilt", description: "A task whose log was folded anew." })
  .add(keptSource, { id: "KeptSource", description: "An uploaded source, and what was found of it." })
  .add(shareLink, { id: "ShareLink", description: "Whoever has it can read what it opens." })
  .add(shareList, { id: "ShareList", description: "The links that open a task." })
  .add(received, { id: "Received", description: "The delivery is durable." })
  .add(problemDocument, {
    id: "Problem",
    description: "An error (RFC 9457). `type` is stable, `detail` says what to do.",
  });

/** What is taken: a field with a default may be left out. */
const requests = z
  .registry<Named>()
  .add(sourceQuestion, { id: "SourceQuestion", description: "Which source is to be checked." })
  .add(choice, { id: "Choice", description: "Which of the task's tracks is chosen." })
  .add(shareRequest, { id: "ShareRequest", description: "What a share link is to open, and for how long." });
for (const [id, schema] of Object.entries(SUBMISSIONS))
  requests.add(schema, {
    id,
    description: `A request to the provider, in the provider's words; others pass through.${needsOf(id)}`,
  });

function needsOf(id: string): string {
  const needs = NEEDS.get(id);
  return needs === undefined ? "" : ` It needs ${needs}.`;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** By name, as they stand under `components.schemas`. */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  const { schemas: answered } = z.toJSONSchema(answers, {
    uri: pathOf,
    metadata: fieldWords,
    // The registry's own words, which zod leaves out.
    override: ({ zodSchema, jsonSchema }) =>
      open(Object.assign(plain(jsonSchema), wordsOf(answers.get(zodSchema)), zodSchema === guestView ? NO_TASK : {})),
  });
  const { schemas: taken } = z.toJSONSchema(requests, {
    uri: pathOf,
    metadata: fieldWords,
    io: "input",
    override: ({ zodSchema, jsonSchema }) =>
      Object.assign(
        plain(jsonSchema),
        wordsOf(requests.get(zodSchema)),
        zodSchema === submissionRequest ? ONE_SOURCE : {},
      ),
  });
  const all = Object.entries({ ...answered, ...taken, AnySubmission: ANY_SUBMISSION });
  return Object.fromEntries(all.map(([name, schema]) => [name, withoutKeywords(schema)]));
}

function wordsOf(named: Named | undefined): { readonly description?: string } {
  return named === undefined ? {} : { description: named.description };
}

/** Refers to a component by its schema, so that a name cannot be misspelt. */
export function schemaOf(schema: z.ZodType): { readonly $ref: string } {
  const known = answers.get(schema) ?? requests.get(schema);
  if (known === undefined) throw new Error("the schema is no component");
  return { $ref: pathOf(known.id) };
}

/** The fields of a query, each as what a client sends. */
export function querySchemas(query: z.ZodObject): readonly (readonly [name: string, schema: JsonSchema])[] {
  const { properties = {} } = z.toJSONSchema(query, {
    io: "input",
    metadata: fieldWords,
    override: ({ jsonSchema }) => plain(jsonSchema),
  });
  const fields: Readonly<Record<string, z.ZodType>> = query.shape;
  return Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema === "object" ? [[name, { ...schema, ...usual(fields[name]) }] as const] : [],
  );
}

/** Of what is transformed, zod leaves out the default. */
function usual(field: z.ZodType | undefined): JsonSchema {
  const value = field === undefined ? undefined : fieldWords.get(field)?.default;
  return value === undefined ? {} : { default: value };
}

function pathOf(id: string): string {
  return `#/components/schemas/${id}`;
}

const ANY_SUBMISSION = {
  description: "One schema for each product.",
  oneOf: Object.values(SUBMISSIONS).map((schema) => schemaOf(schema)),
};
export const ANY_SUBMISSION_REF = { $ref: pathOf("AnySubmission") };

/** What a schema of zod checks in words of its own. */
const ONE_SOURCE = {
  oneOf: ["uploadUrl", "sourceId"].map((name) => ({ required: [name], properties: { [name]: { type: "string" } } })),
};

/** A task has all that a guest sees of it, and this. */
const NO_TASK = { not: { required: ["updatedAt"], properties: { updatedAt: { type: "string" } } } };

const DIGITS = String.raw`^\d{1,15}$`;
const MAX_DIGITS = 10 ** 15 - 1;

/** Leaves out what says nothing to a client. */
function plain(schema: z.core.JSONSchema.BaseSchema): z.core.JSONSchema.BaseSchema {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === "date-time") delete schema.pattern;
  if (schema.pattern === DIGITS) {
    const { minimum = 0, maximum = MAX_DIGITS } = schema;
    Object.assign(schema, { type: "integer", minimum, maximum });
    delete schema.pattern;
  }
  return schema;
}

/** A later field of an answer is no error to a client. */
function open(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
}

/** The document names dialect and place of each. */
function withoutKeywords(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "$schema" && name !== "$id"));
}
