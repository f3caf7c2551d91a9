/** Submits tasks by both ways that users have: through the Worker, or to the provider by themselves. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import type { Provider } from "../../rig/provider/provider.ts";

export interface Submitter {
  readonly client: BacklineClient;
  readonly provider: Provider;
  /** Of those who submit by themselves. */
  readonly callBackUrl: string;
  /** Whether the Worker can submit: only with the provider's key. */
  readonly throughWorker: boolean;
  readonly signal: AbortSignal;
}

const PAUSE_MS = 300;

/** Two of five tasks go through the Worker. Resolves when the provider has taken the task, whatever dies meanwhile. */
export async function submitOne(index: number, title: string, submitter: Submitter): Promise<void> {
  const request = {
    uploadUrl: submitter.provider.sourceUrl("vocals"),
    title,
    tags: "warm indie pop",
    negativeTags: "metal",
  };
  if (submitter.throughWorker && index % 5 < 2) await submitThroughWorker(request, submitter);
  else submitter.provider.submit({ ...request, callBackUrl: submitter.callBackUrl });
}

/** Repeated with the same key until there is an answer: the Worker may die in the middle. */
async function submitThroughWorker(
  request: { readonly title: string },
  { client, provider, signal }: Submitter,
): Promise<void> {
  for (let key = 1; ;) {
    const answer = await client
      .get("/tasks", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": `${request.title} ${key}` },
        body: JSON.stringify(request),
        signal,
      })
      .catch(() => null);
    signal.throwIfAborted();
    const said = (await answer?.text().catch(() => "")) ?? "";
    const status = answer?.status ?? 0;
    const taken = [...provider.tasks.values()].some((task) => task.request.title === request.title);
    if (status === 202 || (status === 409 && taken)) return;
    // The Worker died between its record of the submission and the provider: nothing was submitted.
    if (status === 409) key += 1;
    else if (status >= 400 && status < 500 && status !== 429)
      throw new Error(`POST /tasks answered ${status}: ${said}`);
    await sleep(1_000 * Number(answer?.headers.get("retry-after") ?? 0) || PAUSE_MS, undefined, { signal });
  }
}
