/** What a check of the doctor comes to, in words: what was seen, and what to do about it. Pure. */
import * as z from "zod";
import { TIMEOUT_MS, type Answer } from "./doctor-receiver.ts";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Null where nothing is to be done. */
  readonly cure: string | null;
}

export type Verdict = Omit<Check, "name">;

const problem = z.object({ type: z.string(), detail: z.string() });

export const SAME_SECRETS =
  "It must be the Worker's own value, from the environment or .dev.vars (the demo and dev:sim keep theirs in secrets.json of their data folder, .backline/demo or .backline/dev-sim): CALLBACK_TOKEN=… API_TOKEN=… npm run doctor -- <address>.";

export function deliveryCure(answer: Answer): string {
  if (answer.status === 401) return `The Worker has another CALLBACK_TOKEN (or CALLBACK_HMAC_KEY). ${SAME_SECRETS}`;
  return problemOf(answer).detail || "Look at the Worker's logs: npx wrangler tail.";
}

export function readerCure({ status }: Answer): string {
  if (status === 401) return `The Worker has another API_TOKEN. ${SAME_SECRETS}`;
  if (status === 403) return `That is the READ_TOKEN, which does nothing but read. ${SAME_SECRETS}`;
  if (status === 503) return "Run: npx wrangler secret put API_TOKEN.";
  return "Look at the Worker's logs: npx wrangler tail.";
}

/** Of an answer that is none: empty texts. */
export function problemOf({ json }: Answer): z.infer<typeof problem> {
  return problem.safeParse(json).data ?? { type: "", detail: "" };
}

/** The innermost cause: `fetch failed` says nothing. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `none within ${TIMEOUT_MS / 1_000} s`;
  return error.cause === undefined ? error.message || error.name : causeOf(error.cause);
}

export function green(detail: string): Verdict {
  return { ok: true, detail, cure: null };
}

/** Well as it is, and it could be more. */
export function hint(detail: string, cure: string): Verdict {
  return { ok: true, detail, cure };
}

export function red(detail: string, cure: string): Verdict {
  return { ok: false, detail: detail.trim(), cure };
}
