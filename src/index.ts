/** The Worker: the HTTP surface, the cron, and the two kinds of objects. */
import { app } from "./app.ts";
import { watch } from "./platform/watchdog.ts";

export { Catalog } from "./platform/catalog.ts";
export { TaskObject } from "./platform/task-object.ts";

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => watch(env, controller.scheduledTime),
} satisfies ExportedHandler<Env>;
