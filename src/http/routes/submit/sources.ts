/**
 * The audio that an arrangement is made of: judged at its address (`POST /sources/check`), or uploaded (`POST /sources`)
 * and then read by the provider under a link that opens that file alone for a day (`GET /sources/:id`).
 */
import type { Context, Next } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import { checkSourceLink, makeSourceLink } from "../../../core/access/session.ts";
import {
  shownReport,
  shownSource,
  sourceReportOf,
  type SourceReport,
} from "../../../core/audio/findings/source-report.ts";
import { SHA256 } from "../../../core/ids.ts";
import { redact } from "../../../core/provider/redaction.ts";
import { checkSource, type SourceRules } from "../../../platform/audio/source-check.ts";
import { announcedBytes } from "../../../platform/audio/body-reader.ts";
import { reportOf, sourceFile } from "../../../platform/sources/source-store.ts";
import { keepSource, type KeptSource } from "../../../platform/sources/source-upload.ts";
import { requireApiToken } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { readJson } from "../../request/json-body.ts";
import { parseQuery, sourceQuery, takesNoQuery } from "../../request/query.ts";
import { Problem } from "../../problem.ts";
import { serveFile } from "../task/files.ts";
import { SOURCE_LINK_PARAMETER } from "../../auth/unauthorized.ts";
import { FRESH } from "../task/tasks.ts";

export const sourceQuestion = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(4_096),
  force: z.boolean().optional(),
});

export const keptSource = z.object({ sourceId: z.string(), report: shownReport });

const LINK_SECONDS = 24 * 3_600;

export const sources = new Hono<AppEnv>()
  .get("/sources/:id", openedByLink, async (c) => {
    parseQuery(sourceQuery, c);
    const sourceId = c.req.param("id");
    const file = SHA256.test(sourceId) ? await sourceFile(c.env.AUDIO, sourceId) : null;
    const answer = file === null ? null : await serveFile(c, { ...file, sha256: sourceId }, "inline");
    if (answer === null) throw new Problem("file_not_found", GONE);
    return answer;
  })
  .use("/sources", requireApiToken)
  .use("/sources/*", requireApiToken)
  .post("/sources", takesNoQuery, async (c) => {
    // What wraps the file would be kept as a part of it.
    if (/^multipart\//i.test(c.req.header("content-type") ?? "")) throw new Problem("source_refused", MULTIPART);
    const announced = announcedBytes(c.req.raw);
    const kept = await uploadSource(c, new Response(c.req.raw.body), announced);
    if (typeof kept === "string") throw notKept(kept);
    return c.json({ ...kept, report: shownSource(kept.report) }, 201, FRESH);
  })
  .post("/sources/check", takesNoQuery, async (c) => {
    const { url, force = false } = await readJson(c, sourceQuestion);
    return c.json(shownSource(await judgeSource(c, url, force)), 200, FRESH);
  });

const MULTIPART =
  "The body is a form with parts (multipart), and was not read. Send the bytes of the file alone, as `curl --data-binary @file` does.";

/** Of an uploaded file, by the reason for which it is not kept. */
export function notKept(reason: string): Problem {
  if (reason.startsWith("broken_off"))
    return new Problem("incomplete_body", "The upload broke off before its end, and nothing was kept. Send it again.");
  const words = reason.replace(/^not_audio: (.*)$/s, "it is no audio ($1)").replace(/^\w+: /, "");
  return new Problem(
    reason.startsWith("too_large") ? "payload_too_large" : "source_refused",
    `The file was not taken: ${words}.`,
  );
}

/** Keeps what the body brings. A string says why it is not kept. */
export async function uploadSource(
  c: Context<AppEnv>,
  body: Response,
  announced: number | null,
): Promise<KeptSource | string> {
  const { maxAudioBytes, assess, assessMaxSeconds } = c.get("config");
  const rules = { maxBytes: maxAudioBytes, assess, maxSeconds: assessMaxSeconds };
  return keepSource(c.env.AUDIO, body, announced, rules, c.req.raw.signal);
}

/** Where the provider finds an uploaded source, for a day. */
export function sourceLink(c: Context<AppEnv>, sourceId: string): string {
  const token = c.get("vouchedBy");
  if (token === undefined) throw new Error("nobody vouches for this request");
  const url = new URL(`/sources/${sourceId}`, (c.get("config").publicUrl ?? new URL(c.req.url)).origin);
  url.searchParams.set(SOURCE_LINK_PARAMETER, makeSourceLink(token, sourceId, Date.now() + LINK_SECONDS * 1_000));
  return url.href;
}

/** Throws a problem where an uploaded source is gone, or has a fault that is not forced. */
export async function judgeUpload(c: Context<AppEnv>, sourceId: string, force: boolean): Promise<SourceReport> {
  const report = await reportOf(c.env.AUDIO, sourceId);
  if (report === null) throw refused(GONE);
  return judged(report, force);
}

/** Throws a problem where the source cannot be fetched, or has a fault that is not forced. */
export async function judgeSource(c: Context<AppEnv>, url: string, force: boolean): Promise<SourceReport> {
  const { publicUrl, sourceOrigins, maxAudioBytes, assess, assessMaxSeconds } = c.get("config");
  const rules: SourceRules = {
    policy: {
      setting: "SOURCE_ORIGINS",
      origins: sourceOrigins,
      ownHosts: [new URL(c.req.url).host, ...(publicUrl === null ? [] : [publicUrl.host])],
    },
    maxBytes: maxAudioBytes,
    assess,
    maxSeconds: assessMaxSeconds,
  };
  const checked = await checkSource(url, rules, c.req.raw.signal);
  // It may name the host that a redirect led to.
  if (typeof checked === "string") throw refused(redact(checked, c.get("config").redaction));
  return judged(sourceReportOf(checked.facts, checked.problem, checked.sha256, checked.landmarks), force);
}

function judged(report: SourceReport, force: boolean): SourceReport {
  if (report.verdict !== "fail" || force) return report;
  const faults = report.findings
    .filter(({ level }) => level === "fail")
    .map(({ code, message }) => `${code}: ${message}`);
  throw refused(faults.join(" "), report);
}

const GONE = "There is no such source (any more): what nobody submits is kept for a day. Upload it again.";

/** The provider comes by a link, anybody else like to any resource. */
function openedByLink(c: Context<AppEnv, "/sources/:id">, next: Next): Promise<Response | undefined | void> {
  const link = c.req.query(SOURCE_LINK_PARAMETER);
  const { apiToken } = c.get("config");
  const tokens = apiToken.state === "set" ? apiToken.values : [];
  const opens = link !== undefined && checkSourceLink(tokens, link, c.req.param("id"), Date.now());
  return opens ? next() : requireApiToken(c, next);
}

function refused(reason: string, report?: SourceReport): Problem {
  const cure =
    report !== undefined
      ? ' Send "force": true to submit it all the same.'
      : reason.endsWith("SOURCE_ORIGINS")
        ? " Set SOURCE_ORIGINS so that it allows this address, or upload the file."
        : "";
  const detail = `The source was checked and nothing was submitted. ${reason.replace(/\.?$/, ".")}${cure}`;
  return new Problem("source_refused", detail, {}, report === undefined ? {} : { ...shownSource(report) });
}
