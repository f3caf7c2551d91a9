/** The provider's API and file server behind `fetch`. The provider is not ours, so it is played. */
import { vi } from "vitest";

const RECOVERY = "/api/v1/suno/recovery";

export interface PlayedProvider {
  /** What the record of a task says; a task without one is unknown to the provider. */
  readonly records: Map<string, object | Promise<object>>;
  /** The files by URL; null is a link that is dead. */
  readonly files: Map<string, Uint8Array | null>;
  /** The answer to the next submission: JSON, or null for one that is lost. */
  accept: () => object | null | Promise<object>;
  /** The same as it comes over the wire, where that matters. */
  answer: () => Response | Promise<Response>;
  /** The answer to a wish for new links, what those who wished sent, and what the record of it says, one after the other. */
  recover: object;
  readonly recovered: unknown[];
  readonly recoveries: object[];
  /** The ids that were asked about, in order. */
  readonly asked: string[];
  /** What was submitted, and where. */
  readonly submitted: { readonly path: string; readonly body: unknown }[];
  /** And where their records lie. */
  readonly paths: string[];
}

export function playProvider(): PlayedProvider {
  const provider: PlayedProvider = {
    records: new Map(),
    files: new Map(),
    asked: [],
    paths: [],
    submitted: [],
    recover: { code: 200, msg: "success", data: { task_id: "rec-1" } },
    recovered: [],
    recoveries: [],
    accept: () => null,
    answer: async () => {
      const answer = await provider.accept();
      if (answer === null) throw new TypeError("the connection broke");
      return Response.json(answer);
    },
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(new Request(input).url);
    const isPost = init?.method === "POST" && url.pathname.startsWith("/api/");
    if (isPost && url.pathname !== RECOVERY) {
      provider.submitted.push({
        path: url.pathname,
        body: JSON.parse(typeof init.body === "string" ? init.body : "null"),
      });
      return provider.answer();
    }
    if (url.pathname === RECOVERY) {
      provider.recovered.push(JSON.parse(typeof init?.body === "string" ? init.body : "null"));
      return Response.json(provider.recover);
    }
    if (url.pathname === `${RECOVERY}/record-info`)
      return Response.json(provider.recoveries.shift() ?? { code: 500, msg: "feed_failed", data: null });
    if (url.pathname.endsWith("/record-info")) {
      const taskId = url.searchParams.get("taskId") ?? "";
      provider.asked.push(taskId);
      provider.paths.push(url.pathname);
      return Response.json({ code: 200, msg: "success", data: (await provider.records.get(taskId)) ?? null });
    }
    const bytes = provider.files.get(url.href);
    if (bytes === undefined) throw new TypeError("the network is down");
    if (bytes === null) return new Response("gone", { status: 404 });
    return new Response(new Blob([bytes]).stream(), { headers: { "content-length": String(bytes.length) } });
  });
  return provider;
}

/** The record of a task that is through. */
export function recordOf(taskId: string, tracks: readonly object[], status = "SUCCESS"): object {
  return { taskId, status, response: { taskId, sunoData: tracks }, errorCode: null, errorMessage: null };
}
