/** The provider's door, inside workerd. */
import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SECRETS } from "./secrets.ts";

test("acknowledges a callback and shows the task", async () => {
  const taskId = crypto.randomUUID();
  const response = await exports.default.fetch(`https://backline.test/callback/${SECRETS.CALLBACK_TOKEN}`, {
    method: "POST",
    body: JSON.stringify({ code: 200, msg: "ok", data: { callbackType: "text", task_id: taskId, data: [] } }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "received" });
  const task = await exports.default.fetch(`https://backline.test/tasks/${taskId}`, {
    headers: { authorization: `Bearer ${SECRETS.API_TOKEN}` },
  });
  expect(await task.json()).toMatchObject({ taskId, stage: "text" });
  void env;
});
