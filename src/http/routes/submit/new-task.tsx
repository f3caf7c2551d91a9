/** `GET|POST /new`: the form to submit, filled in from another task where one is named, and what it sends. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import {
  productRequest,
  submissionRequest,
  type ProductRequest,
  type SubmissionRequest,
} from "../../../core/provider/submission.ts";
import { shownReport } from "../../../core/audio/findings/source-report.ts";
import { askForCredits, providerAccess } from "../../../platform/provider-client.ts";
import { requireApiToken } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { FORCE, FORM_MEGABYTES, NewPage, type Filled } from "../../pages/new/new-page.tsx";
import { nonceOf, page } from "../../pages/frame/page.ts";
import { Problem } from "../../problem.ts";
import { malformedForm } from "../../request/body.ts";
import { parseQuery } from "../../request/query.ts";
import { inputWords } from "../../request/wrong-input.ts";
import { readTask } from "../../reading/task-reader.ts";
import { notKept, uploadSource } from "./sources.ts";
import { submit } from "./submissions.ts";

const NUMBERS = new Set(["styleWeight", "weirdnessConstraint", "audioWeight"]);
const NOT_SENT = new Set(["key", "file", "force"]);

export const fromQuery = z.object({
  from: z.string().max(128).optional(),
});

export const newTask = new Hono<AppEnv>()
  .use("/new", requireApiToken)
  .get("/new", async (c) => {
    if (c.get("mayAct") !== true)
      throw new Problem("read_only", "Who only reads submits nothing. Log in with the API token.");
    const { from } = parseQuery(fromQuery, c);
    return show(c, from === undefined ? {} : await requestOf(c, from), null);
  })
  .post("/new", async (c) => {
    const filled: Record<string, string> = {};
    try {
      const length = Number(c.req.header("content-length") ?? Number.POSITIVE_INFINITY);
      if (length > FORM_MEGABYTES * 1_024 * 1_024)
        throw new Problem(
          "payload_too_large",
          `Without script a file may have ${FORM_MEGABYTES} MB: give a link, or allow JavaScript.`,
        );
      const form = await c.req.parseBody().catch(() => {
        throw malformedForm();
      });
      for (const [name, value] of Object.entries(form)) if (typeof value === "string") filled[name] = value.trim();
      const file = form["file"];
      // Where none was chosen, a browser sends one without a name.
      if (file instanceof File && file.name !== "" && file.size === 0)
        throw new Problem("source_refused", "The file is empty. Choose another.");
      if (file instanceof File && file.size > 0) filled["sourceId"] = await uploaded(c, file);
      const request = filled["product"] === undefined ? requestIn(filled) : madeOf(filled);
      const { key = "" } = filled;
      if (key === "") throw new Problem("invalid_request", "The form lacks its key. Open the page again and send it.");
      const response = await submitOnce(c, request, `form-${key}`);
      return c.redirect(response.headers.get("location") ?? "/tasks", 303);
    } catch (error) {
      if (!(error instanceof Problem) || filled["product"] !== undefined) throw error;
      return show(c, filled, wordsOf(error), error.status);
    }
  });

/** Of a source with a fault, what the form offers in place of what the API does. */
function wordsOf({ members, message }: Problem): string {
  const judged = shownReport.safeParse(members);
  if (!judged.success) return message;
  const faults = judged.data.findings.filter(({ level }) => level === "fail").map((fault) => fault.message);
  return `The source has a fault: ${faults.join(" ")} Choose another, or tick "${FORCE}".`;
}

/** Who presses again after what came of it was deleted wants it made again. */
async function submitOnce(c: Context<AppEnv>, request: ProductRequest, key: string): Promise<Response> {
  for (let next = key; ;) {
    try {
      return await submit(c, request, next);
    } catch (error) {
      const after = error instanceof Problem && error.type === "task_deleted" ? error.members["taskId"] : undefined;
      const then = `${key} after ${String(after)}`;
      if (after === undefined || then === next) throw error;
      next = then;
    }
  }
}

async function uploaded(c: Context<AppEnv>, file: File): Promise<string> {
  const kept = await uploadSource(c, new Response(file.stream()), file.size);
  if (typeof kept === "string") throw notKept(kept);
  return kept.sourceId;
}

/** What a page of a task offers to make of one of its tracks. */
function madeOf({ product, type, model, taskId, trackId }: Filled): ProductRequest {
  const kind = type === undefined || type === "" ? {} : { type };
  // An extension from its end on, in the style that it has.
  const music = model === undefined ? {} : { model, defaultParamFlag: false };
  const named = { product, ...kind, ...music, parent: { taskId, trackId } };
  const parsed = productRequest.safeParse(named);
  if (parsed.success) return parsed.data;
  throw new Problem("invalid_request", "The form names no product, or no task. Use the button of the task's page.");
}

/** An uploaded file is meant rather than a link that was left in the form. */
function requestIn(filled: Filled): SubmissionRequest {
  const given = Object.entries(filled).filter(
    ([name, value]) =>
      value !== "" && !NOT_SENT.has(name) && !(name === "uploadUrl" && (filled["sourceId"] ?? "") !== ""),
  );
  const request = Object.fromEntries(given.map(([name, value]) => [name, NUMBERS.has(name) ? numberIn(value) : value]));
  const forced = filled["force"] === "on" ? { force: true } : {};
  const parsed = submissionRequest.safeParse({ ...request, ...forced }, { reportInput: true });
  if (parsed.success) return parsed.data;
  if (request["uploadUrl"] === undefined && request["sourceId"] === undefined)
    throw new Problem("invalid_request", "Choose an audio file, or give a link to one.");
  throw new Problem("invalid_request", `${inputWords(parsed.error.issues, Object.keys(request))}.`);
}

/** What is none stays as it was written, for the check to say so. */
function numberIn(written: string): number | string {
  const number = Number(written);
  return Number.isFinite(number) ? number : written;
}

async function requestOf(c: Context<AppEnv>, taskId: string): Promise<Filled> {
  const { request } = await readTask({ env: c.env, config: c.get("config"), taskId, minVersion: 0, current: false });
  return Object.fromEntries(Object.entries(request ?? {}).map(([name, value]) => [name, String(value)]));
}

async function show(
  c: Context<AppEnv>,
  filled: Filled,
  problem: string | null,
  status: Problem["status"] = 200,
): Promise<Response> {
  const { maxAudioBytes } = c.get("config");
  const provider = providerAccess(c.get("config"));
  return page(
    c,
    <NewPage
      filled={filled}
      problem={problem ?? (provider === null ? "PROVIDER_API_KEY is not set, so nothing can be submitted yet." : null)}
      credits={provider === null ? null : await askForCredits(provider)}
      maxMegabytes={Math.floor(maxAudioBytes / 1_000_000)}
      formKey={crypto.randomUUID()}
      nonce={nonceOf(c)}
    />,
    status,
  );
}
