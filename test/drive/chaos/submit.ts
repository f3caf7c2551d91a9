/** Submits tasks by both ways that users have: through the Worker, or to the provider by themselves. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import type { Task } from "../../rig/provider/ledger.ts";
import type { MadeProduct } from "../../rig/provider/products/kinds.ts";
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

/**
 * Two of five tasks of music go through the Worker; one of five is another product, of what the provider has by then.
 * Resolves when the provider has taken the task, whatever dies meanwhile.
 */
export async function submitOne(index: number, title: string, submitter: Submitter): Promise<void> {
  const { tasks } = submitter.provider;
  const parent = [...tasks.values()][index % tasks.size];
  if (index % 5 === 4 && parent !== undefined) return submitProduct(Math.floor(index / 5), title, parent, submitter);
  const request = {
    uploadUrl: submitter.provider.sourceUrl("vocals"),
    title,
    tags: "warm indie pop",
    negativeTags: "metal",
  };
  if (submitter.throughWorker && index % 5 < 2) await submitThroughWorker(request, submitter);
  else submitter.provider.submit({ ...request, callBackUrl: submitter.callBackUrl });
}

/** What is made once of a track is refused the second time, and does not go through the Worker. */
const WISHES: readonly { readonly product: MadeProduct; readonly type?: string; readonly once?: true }[] = [
  { product: "stems", type: "split_stem" },
  { product: "wav", once: true },
  { product: "video" },
  { product: "cover_art", once: true },
  { product: "midi" },
  { product: "stems" },
  { product: "lyrics" },
];

async function submitProduct(number: number, title: string, parent: Task, submitter: Submitter): Promise<void> {
  const { provider, callBackUrl, throughWorker } = submitter;
  const { product, once = false, ...more } = WISHES[number % WISHES.length] ?? { product: "stems" };
  const stems = provider.made.values().find((made) => made.product === "stems");
  const of = product === "midi" ? stems?.taskId : parent.taskId;
  if (of === undefined) return submitProduct(0, title, parent, submitter);
  // The last one keeps them apart: it is passed on as it is.
  const fields = { ...more, taskId: of, prompt: title, title };
  const asked = product === "midi" ? fields : { ...fields, audioId: parent.tracks[number % 2 === 0 ? 0 : 1].trackId };
  if (throughWorker && !once && number % 2 === 0) await submitThroughWorker({ product, ...asked }, submitter);
  else provider.make(product, { ...asked, callBackUrl });
}

/** Repeated with the same key until there is an answer: the Worker may die in the middle. */
async function submitThroughWorker(
  request: { readonly title: string; readonly [field: string]: unknown },
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
    const taken = provider.all().some((task) => task.request["title"] === request.title);
    if (status === 202 || (status === 409 && taken)) return;
    // The Worker died between its record of the submission and the provider: nothing was submitted.
    if (status === 409) key += 1;
    else if (status >= 400 && status < 500 && status !== 429)
      throw new Error(`POST /tasks answered ${status}: ${said}`);
    await sleep(1_000 * Number(answer?.headers.get("retry-after") ?? 0) || PAUSE_MS, undefined, { signal });
  }
}
