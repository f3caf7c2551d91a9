/**
 * The Worker as it is, counted: the entry point of a build for `npm run bench -- cost` and `-- scale`.
 *
 * `GET /_tally` tells the counts so far, `DELETE /_tally` too, and starts anew. All of it runs in one process, so one
 * tally is enough.
 */
import worker, { Assessor, Catalog as PlainCatalog, TaskObject as PlainTaskObject } from "../../../../src/index.ts";
import { Tally } from "./tally.ts";

const tally = new Tally();
const plainFetch = globalThis.fetch;
globalThis.fetch = (...args) => {
  tally.add("fetch");
  return plainFetch(...args);
};

export { Assessor };

export class TaskObject extends PlainTaskObject {
  constructor(ctx: DurableObjectState, env: Env) {
    tally.bindings(env);
    tally.storage(ctx.storage, "tasks");
    super(ctx, env);
  }

  override async alarm(): Promise<void> {
    tally.add("tasks.alarm");
    const startedAt = Date.now();
    await super.alarm();
    tally.add("tasks.busyMs", Date.now() - startedAt);
  }
}

export class Catalog extends PlainCatalog {
  constructor(ctx: DurableObjectState, env: Env) {
    tally.bindings(env);
    tally.storage(ctx.storage, "catalog");
    super(ctx, env);
  }
}

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/_tally") return told(request.method === "DELETE");
    tally.bindings(env);
    tally.add("worker.fetch");
    return worker.fetch(request, env, ctx);
  },
  scheduled(controller, env) {
    tally.bindings(env);
    tally.add("worker.scheduled");
    return worker.scheduled(controller, env);
  },
} satisfies ExportedHandler<Env>;

function told(anew: boolean): Response {
  const counts = tally.counts();
  if (anew) tally.reset();
  return Response.json(counts);
}
