/**
 * Backline as it is deployed in one life: the real classes of the task's object and of the catalog, bound to models
 * of their storage, of R2, KV and the assessor.
 */
import * as z from "zod";
import { nextWake } from "../../../../src/core/next/agenda.ts";
import { parseConfig, type Config } from "../../../../src/core/config.ts";
import type { Pace } from "../../../../src/core/next/pace.ts";
import type { AssessCall } from "../../../../src/platform/audio/assessor.ts";
import { Catalog } from "../../../../src/platform/catalog/catalog.ts";
import { configuredPace } from "../../../../src/platform/task/wiring.ts";
import { TaskObject } from "../../../../src/platform/task/task-object.ts";
import { TaskState } from "../../../../src/platform/task/state.ts";
import { tombstoneWake } from "../../../../src/platform/task/tombstone.ts";
import { text } from "../../../core/audio/audio-bytes.ts";
import { Host } from "./host.ts";
import { Bucket, KeyValues } from "./services.ts";
import { ObjectStorage } from "./storage.ts";
import { Unreachable } from "./unreachable.ts";
import type { Owner, World } from "../world.ts";

export type Vars = Readonly<Record<string, string>>;

export interface Deployment {
  readonly taskId: string;
  readonly env: Env;
  readonly config: Config;
  readonly pace: Pace;
  readonly host: Host;
  readonly catalog: ObjectStorage;
  readonly bucket: Bucket;
  readonly kv: KeyValues;
}

const CATALOG_FAULTS = 0.1;

/** Models hold what the code under test uses of a type, and no more. */
const asEnv = z.custom<Env>();
const asContext = z.custom<DurableObjectState>();
const asStorage = z.custom<DurableObjectStorage>();

export function deploy(world: World, taskId: string, vars: Vars): Deployment {
  const bucket = new Bucket(world, (key) => checkUnread(world, deployment, key));
  const kv = new KeyValues(world);
  const catalog = new ObjectStorage(world, () => undefined, "catalog");
  const catalogObject = new Catalog(
    contextOf(
      "catalog",
      catalog.handle(world.platform, () => undefined),
      {},
    ),
    asEnv.parse(vars),
  );
  const bindings = {
    ...vars,
    AUDIO: bucket,
    STATE: kv,
    TASKS: { getByName: () => stubOf((method, args) => host.call(method, args)) },
    CATALOG: { getByName: () => stubOf((method, args) => askCatalog(world, catalog, catalogObject, method, args)) },
  };
  const env = asEnv.parse(bindings);
  const assessor = { Assessor: { assess: (call: AssessCall) => assess(world, bucket, call) } };
  const make = (_: Owner, storage: object): TaskObject => new TaskObject(contextOf(taskId, storage, assessor), env);
  const host: Host = new Host(world, make, () => checkArmed(world, deployment));
  const config = parseConfig(env);
  const deployment: Deployment = { taskId, env, config, pace: configuredPace(config), host, catalog, bucket, kv };
  return deployment;
}

/** The task as its log tells it now, read by nobody's instance. */
export function probe(world: World, { taskId, host }: Deployment): TaskState {
  return new TaskState(taskId, asStorage.parse(host.storage.handle(world.platform, () => undefined)));
}

/** Law: whatever a crash leaves, there is an alarm for what is still to be done. */
function checkArmed(world: World, deployment: Deployment): void {
  const { pace, config, host } = deployment;
  const { task, tombstone } = probe(world, deployment);
  const wake =
    tombstone === null ? (task === null ? null : nextWake(task, pace)) : tombstoneWake(tombstone, config.timeScale);
  if (wake !== null && !host.awaitsAlarm && !host.lost)
    world.violate("armed: after a crash there is work left, and no alarm for it");
}

/** Law: a file is there for as long as KV sends readers to it, unless its task is deleted. */
function checkUnread(world: World, deployment: Deployment, key: string): void {
  const { kv, taskId } = deployment;
  const { files = [] } = published.parse(JSON.parse(kv.entries.get(`task:${taskId}`) ?? "{}"));
  if (files.some((file) => file.key === key) && probe(world, deployment).tombstone === null)
    world.violate(`read: ${key} is deleted while KV still names it`);
}

const published = z.object({ files: z.array(z.object({ key: z.string() })).optional() });

function contextOf(name: string, storage: object, exports: object): DurableObjectState {
  return asContext.parse({ id: { name }, storage, waitUntil, exports });
}

function waitUntil(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

function stubOf(call: (method: string, args: readonly unknown[]) => Promise<unknown>): object {
  return new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: readonly unknown[]) =>
          call(String(method), args),
    },
  );
}

/** The catalog never crashes here: it is out of reach, or slow. */
function askCatalog(
  world: World,
  storage: ObjectStorage,
  object: Catalog,
  method: string,
  args: readonly unknown[],
): Promise<unknown> {
  const { error, ...plan } = world.servicePlan(world.losesAlarms ? 0 : CATALOG_FAULTS);
  return world.call(
    `catalog ${method}`,
    { ...plan, error: error === null ? null : new Unreachable("the catalog") },
    () => {
      const found: unknown = Reflect.get(object, method);
      if (typeof found !== "function") throw new TypeError(`the catalog has no ${method}`);
      const answer: unknown = Reflect.apply(found, object, args);
      storage.flush();
      return answer;
    },
  );
}

/** An isolate of its own: it may end, or take long. */
async function assess(world: World, bucket: Bucket, { key, waveformKey }: AssessCall): Promise<object> {
  const plan = world.servicePlan(0.3);
  const failed = { facts: null, waveformKey: null, outcome: "failed", reason: "the kept file is gone from R2" };
  return world.call(`assess ${key}`, plan, () => {
    if (!bucket.objects.has(key)) return failed;
    bucket.objects.set(waveformKey, { bytes: text("{}"), customMetadata: {} });
    return { outcome: "done", reason: null, facts: null, waveformKey };
  });
}
