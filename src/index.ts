/** The Worker: the HTTP surface, and the object that holds a task. */
import { app } from "./app.ts";

export { TaskObject } from "./platform/task-object.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
