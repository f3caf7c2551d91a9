/** Submits to the simulated provider as any client of the real one does: over HTTP, with a callBackUrl. */
import * as z from "zod";
import type { Task } from "../../rig/provider/ledger.ts";
import type { Provider } from "../../rig/provider/provider.ts";

const answer = z.object({ code: z.literal(200), data: z.object({ taskId: z.string() }) });

export async function submit(provider: Provider, title: string, callBackUrl: string): Promise<Task> {
  const response = await fetch(`${provider.url}/api/v1/generate/add-instrumental`, {
    method: "POST",
    headers: { Authorization: "Bearer demo", "Content-Type": "application/json" },
    body: JSON.stringify({
      uploadUrl: provider.sourceUrl("vocals"),
      title,
      tags: "warm indie pop",
      negativeTags: "metal",
      callBackUrl,
    }),
  });
  const { data } = answer.parse(await response.json());
  const task = provider.tasks.get(data.taskId);
  if (task === undefined) throw new Error("the simulated provider does not know the task that it took");
  return task;
}
