/** The Worker: the HTTP surface, the cron, the two kinds of objects, and who listens to the files. */
import { app } from "./app.ts";
import { watch } from "./platform/watchdog.ts";

export { Assessor } from "./platform/audio/assessor.ts";
export { Catalog } from "./platform/catalog/catalog.ts";
export { TaskObject } from "./platform/task/task-object.ts";

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => watch(env, controller.scheduledTime),
} satisfies ExportedHandler<Env>;
