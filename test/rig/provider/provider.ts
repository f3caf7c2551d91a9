/**
 * The simulated provider: a real HTTP server that behaves like the Add Instrumental API and remembers what it sent.
 *
 * Everything is in memory and ends with `close()`. With the same seed the same submissions, in the same order, get
 * the same ids, songs and timings.
 */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { apiRoutes } from "./api.ts";
import { type Courier, deliver } from "./callbacks.ts";
import { type Faults, noFaults } from "./hostile/faults.ts";
import { fileRoutes } from "./serving/files.ts";
import type { Attempt, Callback, Called, Fetched, Made, Quirk, Recovery, Stage, Task, Track } from "./ledger.ts";
import { live } from "./life.ts";
import { createLimit } from "./limits.ts";
import { createLinks } from "./serving/links.ts";
import { createPace } from "./pace.ts";
import { type Body, type Plan, usualPlan } from "./hostile/plan.ts";
import { type Random, randomFrom } from "./hostile/random.ts";
import { madeBody, type MadeProduct } from "./products/kinds.ts";
import { productRoutes } from "./products/routes.ts";
import { type MadePlan, type MakeRequest, usualMadePlan, workshop } from "./products/workshop.ts";
import { recoveryRoutes } from "./recovery.ts";
import type { SubmitRequest } from "./request.ts";
import { sentRoutes } from "./sent.ts";
import { type Addresses, stageBody } from "./shapes.ts";
import type { Flaw } from "./serving/songs.ts";
import { makeTask } from "./tracks.ts";

/** Durations are the real provider's, divided by `timeScale` when used; `callbackTimeoutMs` is on the wall. */
export type ProviderOptions = {
  readonly port?: number;
  readonly host?: string;
  /** Where clients reach it, when that is not where it listens. */
  readonly publicUrl?: string;
  /** A random one by default, so that a receiver with a memory never meets the same task ids twice. */
  readonly seed?: number;
  readonly timeScale?: number;
  readonly songSeconds?: number;
  readonly hmacKey?: string;
  readonly apiKey?: string;
  readonly linkLifeMs?: number;
  readonly callbackTimeoutMs?: number;
  /** False switches off the limits of 20 submissions in 10 s and 3 reads of a record in 1 s. */
  readonly rateLimits?: boolean;
  readonly faults?: Partial<Faults>;
  /** What happens to a task that is submitted without a plan of its own. */
  readonly plan?: (task: Task, random: Random) => Plan;
  /** The same for another product than music. */
  readonly madePlan?: (made: Made, random: Random) => MadePlan;
  /** Videos are at least so large. */
  readonly videoBytes?: number;
  /** What is wrong with a track of the task of this number, from 0. */
  readonly flaw?: (number: number) => Flaw | null;
  /** What is wrong with the links of the task of this number. */
  readonly quirk?: (number: number) => Quirk | null;
  readonly onEvent?: (event: ProviderEvent) => void;
};

export type ProviderEvent =
  | { readonly type: "submitted"; readonly task: Task }
  | { readonly type: "attempted"; readonly task: Called; readonly callback: Callback; readonly attempt: Attempt }
  | { readonly type: "fetched"; readonly task: Task | Made | null; readonly fetched: Fetched };

export type SubmitOptions = {
  readonly plan?: Plan;
  readonly flaw?: Flaw;
  readonly quirk?: Quirk;
  readonly product?: string;
};

export type Provider = {
  /** Without a slash at the end. */
  readonly url: string;
  readonly seed: number;
  readonly tasks: ReadonlyMap<string, Task>;
  /** By their own task ids. */
  readonly made: ReadonlyMap<string, Made>;
  readonly recoveries: ReadonlyMap<string, Recovery>;
  /** All of music, then all of other products. */
  all(): readonly (Task | Made)[];
  /** Requests for files that belong to no task: sources, and made-up tracks. */
  readonly otherFetches: readonly Fetched[];
  /** May be changed while it runs. */
  readonly faults: Faults;
  /** The address of a real song to use as `uploadUrl`. */
  sourceUrl(name: string): string;
  /** Submits without HTTP, rules and limits. */
  submit(request: SubmitRequest, options?: SubmitOptions): Task;
  /** The same of another product than music. */
  make(product: MadeProduct, request: MakeRequest, plan?: MadePlan): Made;
  /** The body that a stage's callback would have now; another product has one alone. */
  bodyOf(taskId: string, stage: Stage): object;
  /** Sends one more callback now, with retries, and resolves when it is acknowledged or given up. */
  send(taskId: string, kind: string, body: Body): Promise<Callback>;
  /** Resolves when the plan of this task, or this recovery, is through: every callback acknowledged or given up. */
  done(taskId: string): Promise<void>;
  /** Aborted as soon as it is being closed. */
  readonly closed: AbortSignal;
  close(): Promise<void>;
};

const FOURTEEN_DAYS_MS = 14 * 24 * 3600 * 1000;

/** Resolves when it listens; rejects with the system's error when it cannot. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { host = "127.0.0.1", seed = randomInt(2 ** 31), songSeconds = 30, onEvent = () => {} } = options;
  const { plan: planOf = ({ request }, random) => usualPlan(request.uploadUrl, random) } = options;
  const tasks = new Map<string, Task>();
  const tracks = new Map<string, { readonly task: Task; readonly track: Track }>();
  const recoveries = new Map<string, Recovery>();
  const lives = new Map<string, Promise<void>>();
  const otherFetches: Fetched[] = [];
  const faults: Faults = { ...noFaults(), ...options.faults };
  const pace = createPace(options.timeScale ?? 1);

  const app = new Hono<{ Bindings: HttpBindings }>();
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  const local = await listen(server, options.port ?? 0, host);
  const origin = options.publicUrl ?? local;
  const links = createLinks(origin, `links ${seed}`, pace.scaled(options.linkLifeMs ?? FOURTEEN_DAYS_MS));
  const addresses: Addresses = { origin, links };
  const courier: Courier = {
    pace,
    faults,
    timeoutMs: options.callbackTimeoutMs ?? 15_000,
    hmacKey: options.hmacKey ?? null,
    onAttempt: (task, callback, attempt) => onEvent({ type: "attempted", task, callback, attempt }),
  };

  function submit(request: SubmitRequest, chosen: SubmitOptions = {}): Task {
    const { plan, flaw, quirk, product = "add_instrumental" } = chosen;
    const number = tasks.size;
    const task = makeTask(
      request,
      { seed, number, seconds: songSeconds },
      {
        product,
        flaw: flaw ?? options.flaw?.(number) ?? null,
        quirk: quirk ?? options.quirk?.(number) ?? null,
      },
    );
    tasks.set(task.taskId, task);
    for (const track of task.tracks) tracks.set(track.trackId, { task, track });
    onEvent({ type: "submitted", task });
    const steps = plan ?? planOf(task, randomFrom("plan", seed, number));
    lives.set(task.taskId, untilClosed(live(task, steps, addresses, courier), pace.closed));
    return task;
  }

  function onFetched(task: Task | Made | null, fetched: Fetched): void {
    (task?.fetches ?? otherFetches).push(fetched);
    onEvent({ type: "fetched", task, fetched });
  }

  const onStarted = ({ taskId }: Called, life: Promise<void>): void =>
    void lives.set(taskId, untilClosed(life, pace.closed));
  const shop = workshop({
    seed,
    links,
    courier,
    tasks,
    track: (trackId) => tracks.get(trackId)?.track ?? null,
    plan: options.madePlan ?? usualMadePlan,
    videoBytes: options.videoBytes ?? 0,
    onStarted,
  });

  let ending: Promise<void> | null = null;
  async function end(): Promise<void> {
    pace.close();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await Promise.all([closed, ...lives.values()]);
  }

  const limited = options.rateLimits ?? true;
  const mayCreate = limited ? createLimit(20, pace.scaled(10_000)) : () => true;
  const mayRead = limited ? createLimit(3, pace.scaled(1_000)) : () => true;
  const apiKey = options.apiKey ?? null;
  const find = (trackId: string): { readonly task: Task; readonly track: Track } | null => tracks.get(trackId) ?? null;
  const sourceUrl = (name: string): string => `${origin}/source/${name}.mp3`;
  const api = { addresses, faults, apiKey, mayCreate, mayRead, tasks, source: sourceUrl("vocals") };
  app.route("/api/v1", apiRoutes({ ...api, submit: (request, product) => submit(request, { product }) }));
  app.route("/api/v1", productRoutes({ ...api, workshop: shop }));
  app.route("/api/v1/suno/recovery", recoveryRoutes({ addresses, courier, apiKey, tasks, recoveries, onStarted }));
  app.route("/_sent", sentRoutes(tasks, shop.made));
  app.route("/", fileRoutes({ links, faults, songSeconds, origin, find, fileAt: shop.fileAt, onFetched }));

  return {
    url: origin,
    seed,
    tasks,
    made: shop.made,
    recoveries,
    all: () => [...tasks.values(), ...shop.made.values()],
    otherFetches,
    faults,
    sourceUrl,
    submit,
    make: shop.make,
    bodyOf(taskId, stage) {
      const made = shop.made.get(taskId);
      return made === undefined ? stageBody(known(tasks, taskId), stage, addresses) : madeBody(made, shop.linkTo(made));
    },
    send: async (taskId, kind, body) => deliver(shop.made.get(taskId) ?? known(tasks, taskId), kind, body, courier),
    closed: pace.closed,
    async done(taskId) {
      await known(lives, taskId);
    },
    close: () => (ending ??= end()),
  };
}

function known<T>(from: ReadonlyMap<string, T>, taskId: string): T {
  const task = from.get(taskId);
  if (task === undefined) throw new Error(`no such task: ${taskId}`);
  return task;
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return `http://${host}:${typeof address === "object" && address !== null ? address.port : port}`;
}

/** What closing the provider interrupts has ended as it should. */
async function untilClosed(life: Promise<void>, closed: AbortSignal): Promise<void> {
  try {
    await life;
  } catch (error) {
    if (!closed.aborted) throw error;
  }
}
