/** `POST /sources/check`: what a submission would say of its source, without submitting. */
import { Hono, type Context } from "hono";
import * as z from "zod";
import { sourceReportOf, type SourceReport } from "../../core/audio/findings/source-report.ts";
import { checkSource, type SourceRules } from "../../platform/audio/source-check.ts";
import { requireApiToken } from "../access.ts";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";
import { FRESH } from "./tasks.ts";

export const sourceQuestion = z.object({
  url: z.url({ protocol: /^https?$/ }).max(4_096),
  force: z.boolean().optional().meta({ description: "Answers 200 whatever the findings." }),
});

export const sources = new Hono<AppEnv>().use("/sources/*", requireApiToken).post("/sources/check", async (c) => {
  const question = sourceQuestion.safeParse(await c.req.json().catch(() => undefined));
  if (!question.success)
    throw new Problem(
      "invalid_request",
      'The body must be a JSON object like {"url": "https://…"}, its url a web address.',
    );
  const { url, force = false } = question.data;
  return c.json(await judgeSource(c, url, force), 200, FRESH);
});

/** Throws a problem where the source cannot be had, or has a fault that is not forced. */
export async function judgeSource(c: Context<AppEnv>, url: string, force: boolean): Promise<SourceReport> {
  const { publicUrl, sourceOrigins, maxAudioBytes, assess, assessMaxSeconds } = c.get("config");
  const rules: SourceRules = {
    policy: {
      setting: "SOURCE_ORIGINS",
      origins: sourceOrigins,
      ownHosts: publicUrl === null ? [] : [publicUrl.host],
    },
    maxBytes: maxAudioBytes,
    assess,
    maxSeconds: assessMaxSeconds,
  };
  const checked = await checkSource(url, rules, c.req.raw.signal);
  if (typeof checked === "string") throw refused(checked);
  const report = sourceReportOf(checked.facts, checked.problem, checked.sha256);
  if (report.verdict !== "fail" || force) return report;
  const faults = report.findings
    .filter(({ level }) => level === "fail")
    .map(({ code, message }) => `${code}: ${message}`);
  throw refused(faults.join(" "), report);
}

function refused(reason: string, report?: SourceReport): Problem {
  const cure = report === undefined ? "" : ' Send "force": true to submit it all the same.';
  const detail = `The source was checked and nothing was submitted. ${reason.replace(/\.?$/, ".")}${cure}`;
  return new Problem("source_refused", detail, {}, report === undefined ? {} : { ...report });
}
