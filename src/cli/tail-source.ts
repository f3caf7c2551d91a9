/** A deployed Worker as the tail reads it: its newest and its open tasks, the timeline of one, and the task itself. */
import * as z from "zod";
import { jsonOf } from "../core/provider/loose-values.ts";
import { causeOf } from "./doctor-verdict.ts";
import { tailedEvent, type TailedEvent } from "./tail-lines.ts";

const TIMEOUT_MS = 15_000;

/** Of any release: what is not needed is not read. */
const row = z.object({
  taskId: z.string(),
  title: z.string().nullable(),
  stage: z.string(),
  settled: z.boolean(),
  product: z.string(),
  keptTracks: z.int(),
  tracks: z.int(),
  problem: z.string().nullable(),
  createdAt: z.string(),
  settledAt: z.string().nullable(),
});
const list = z.object({ items: z.array(row) });
const timeline = z.object({ items: z.array(tailedEvent), nextCursor: z.string().nullable() });
/** The rest of it is only passed on. */
const view = z.looseObject({ taskId: z.string(), tracks: z.array(z.looseObject({ trackId: z.string() })) });
const problem = z.object({ detail: z.string() });

export type TailedTask = z.infer<typeof row>;
export type TailedView = z.infer<typeof view>;

/** Of a list. */
export const LISTED = 100;

export interface TailSource {
  /** The hundred newest, and a hundred that are open. */
  readonly tasks: () => Promise<readonly TailedTask[]>;
  readonly events: (taskId: string) => Promise<readonly TailedEvent[]>;
  readonly task: (taskId: string) => Promise<TailedView>;
}

/** What cannot be read: `isFinal` where asking again would not help. */
export class TailError extends Error {
  readonly isFinal: boolean;
  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

export function tailSource(origin: string, token: string): TailSource {
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const init = { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const { status, json } = await fetch(`${origin}${path}`, { ...init, redirect: "manual" })
      .then(async (response) => ({ status: response.status, json: jsonOf(await response.text()) }))
      .catch((error: unknown) => {
        throw new TailError(`${origin} gives no answer: ${causeOf(error)}.`, false);
      });
    if (status !== 200) {
      const { detail = "Is it a Backline?" } = problem.safeParse(json).data ?? {};
      // A task may have been deleted meanwhile; the list is always there.
      const isFinal = status === 401 || (path.startsWith("/tasks?") && status < 500);
      throw new TailError(`${origin} answers ${status}. ${detail}`, isFinal);
    }
    const answer = schema.safeParse(json);
    if (answer.success) return answer.data;
    throw new TailError(
      `GET ${origin}${path} is not what a Backline answers. Check the address.`,
      path.startsWith("/tasks?"),
    );
  }

  return {
    async tasks() {
      const paths = [`/tasks?limit=${LISTED}`, `/tasks?status=open&limit=${LISTED}`];
      const pages = await Promise.all(paths.map((path) => read(path, list)));
      const tasks = pages.flatMap(({ items }) => items);
      return [...new Map(tasks.map((task) => [task.taskId, task])).values()];
    },
    async events(taskId) {
      const events: TailedEvent[] = [];
      for (let cursor: string | null = "0"; cursor !== null;) {
        const path: string = `/tasks/${encodeURIComponent(taskId)}/events?limit=100&cursor=${cursor}`;
        const page = await read(path, timeline);
        events.push(...page.items);
        cursor = page.nextCursor;
      }
      return events;
    },
    task: (taskId) => read(`/tasks/${encodeURIComponent(taskId)}`, view),
  };
}
