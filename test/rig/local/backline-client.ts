/** Reads a running Backline as its users do: over HTTP, with the API token, answers checked by their schemas. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { taskView, type TaskView } from "../../../src/core/view/view.ts";
import { timelinePage } from "../../../src/http/reading/timeline-page.ts";

const listItem = z.object({
  taskId: z.string(),
  title: z.string().nullable(),
  stage: z.string(),
  settled: z.boolean(),
  createdAt: z.iso.datetime(),
});
const list = z.object({ items: z.array(listItem), nextCursor: z.string().nullable() });

export type TimelineItem = z.infer<typeof timelinePage>["items"][number];
export type TaskListItem = z.infer<typeof listItem>;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** A file as it was read back: by its own bytes, not by what the view says. */
export interface ReadBack {
  readonly status: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BacklineClient {
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Null while the Worker has not heard of it. */
  task(taskId: string): Promise<TaskView | null>;
  /** All of them, the newest first. */
  tasks(): Promise<readonly TaskListItem[]>;
  /** The whole timeline of a known task. */
  events(taskId: string): Promise<readonly TimelineItem[]>;
  read(path: string): Promise<ReadBack>;
}

export function backlineClient(origin: string, apiToken: string): BacklineClient {
  async function get(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${apiToken}`);
    const ask = (): Promise<Response> => fetch(`${origin}${path}`, { ...init, headers });
    // A connection that was kept open can end as it is used again: what only reads is asked once more.
    return init.method === undefined ? ask().catch(ask) : ask();
  }

  async function ok(path: string): Promise<unknown> {
    const response = await get(path);
    if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async function all<T>(path: string, page: z.ZodType<Page<T>>): Promise<readonly T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const read: Page<T> = page.parse(await ok(`${path}?limit=100${after}`));
      items.push(...read.items);
      cursor = read.nextCursor;
    }
    return items;
  }

  return {
    get,
    async task(taskId) {
      const response = await get(`/tasks/${taskId}`);
      if (response.status === 200) return taskView.parse(await response.json());
      const problem = await response.text();
      if (response.status === 404) return null;
      throw new Error(`GET /tasks/${taskId} answered ${response.status}: ${problem}`);
    },
    tasks: () => all("/tasks", list),
    events: (taskId) => all(`/tasks/${taskId}/events`, timelinePage),
    async read(path) {
      const response = await get(path);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
  };
}
