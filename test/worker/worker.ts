/** Speaks to the Worker as the provider and as its readers do. */
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import * as z from "zod";
import { app } from "../../src/app.ts";
import { shownReport } from "../../src/core/audio/findings/source-report.ts";
import { taskView, type TaskView } from "../../src/core/view/view.ts";
import { INBOX_REASONS } from "../../src/platform/inbox/inbox.ts";
import { SECRETS } from "./secrets.ts";

export type Fetch = (request: Request) => Promise<Response>;

const ORIGIN = "https://backline.test";
const AUTHORIZED = { authorization: `Bearer ${SECRETS.API_TOKEN}` };

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  version: z.int().optional(),
  taskId: z.string().optional(),
  ...shownReport.partial().shape,
});

const inboxPage = z.object({
  items: z.array(
    z.object({
      sha256: z.string(),
      receivedAt: z.string(),
      reason: z.enum(INBOX_REASONS),
      verdict: z.string(),
      taskId: z.string().nullable(),
      bytes: z.int(),
      body: z.string(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
type InboxEntry = z.infer<typeof inboxPage>["items"][number];

const timeline = z.object({ items: z.array(z.looseObject({ type: z.string() })), nextCursor: z.string().nullable() });

/** Bindings, and the optional secrets and settings, which the example leaves out. */
export type Settings = Partial<Env> & Readonly<Partial<Record<OptionalName, string>>>;
type OptionalName = "CALLBACK_HMAC_KEY" | "READ_TOKEN" | "PROVIDER_API_KEY" | "NOTIFY_SECRET" | "TIME_SCALE";

/** The Worker under other bindings than those of the tests: other secrets, or a platform that fails. */
export function workerWith(bindings: Settings): Fetch {
  const other: Env = { ...env, ...bindings };
  return async (request) => app.fetch(request, other, createExecutionContext());
}

/** The Worker as it is bound, through its entry point. */
export const worker: Fetch = (request) => exports.default.fetch(request);

export function request(path: string, init?: RequestInit): Request {
  return new Request(ORIGIN + path, init);
}

/** A callback with the token in its path. What is neither text nor bytes is sent as JSON. */
export function callback(
  message: unknown,
  init: { readonly token?: string; readonly headers?: HeadersInit } = {},
): Request {
  const { token = SECRETS.CALLBACK_TOKEN, headers = {} } = init;
  return request(`/callback/${token}`, { method: "POST", body: bodyOf(message), headers });
}

/** A callback to the door for signed ones. */
export function signedCallback(message: unknown, headers: HeadersInit): Request {
  return request("/callback", { method: "POST", body: bodyOf(message), headers });
}

/** A reader's request, with the API token. */
export function reading(path: string, headers: Record<string, string> = {}): Request {
  return request(path, { headers: { ...AUTHORIZED, ...headers } });
}

/** A reader's request by another method. */
export function acting(method: string, path: string, headers: Record<string, string> = {}, body?: string): Request {
  return request(path, { method, headers: { ...AUTHORIZED, ...headers }, ...(body === undefined ? {} : { body }) });
}

export async function problemOf(response: Response): Promise<z.infer<typeof problem>> {
  return problem.parse(await response.json());
}

export async function viewOf(taskId: string): Promise<TaskView> {
  return taskView.parse(await (await worker(reading(`/tasks/${taskId}`))).json());
}

/** The timeline of a task, oldest first. */
export async function eventsOf(taskId: string): Promise<z.infer<typeof timeline>["items"]> {
  const response = await worker(reading(`/tasks/${taskId}/events?limit=100`));
  return timeline.parse(await response.json()).items;
}

/** Everything in the inbox, over all pages of `limit` entries. */
export async function inboxEntries(limit = 100): Promise<readonly InboxEntry[]> {
  const entries: InboxEntry[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: z.infer<typeof inboxPage> = inboxPage.parse(
      await (await worker(reading(`/inbox?limit=${limit}${after}`))).json(),
    );
    entries.push(...page.items);
    cursor = page.nextCursor;
  }
  return entries;
}

function bodyOf(message: unknown): BodyInit {
  if (typeof message === "string" || message instanceof Uint8Array || message instanceof ReadableStream) return message;
  return JSON.stringify(message);
}
