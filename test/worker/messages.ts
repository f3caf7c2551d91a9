/** Messages in the provider's words: a test names what it is about, the rest is filled in here. */

/** A fresh task id, in the form of the real ones. */
export function newTaskId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

export function message(taskId: string, callbackType: string, tracks: readonly object[] = []): object {
  return { code: 200, msg: "All generated successfully.", data: { callbackType, task_id: taskId, data: tracks } };
}

/** A failure that settles its task at once. */
export function failure(taskId: string, code = 531): object {
  return { code, msg: "Generation failed.", data: { callbackType: "error", task_id: taskId, data: null } };
}

/** A body whose sender goes away in the middle. */
export function brokenBody(begun: string | Uint8Array): ReadableStream<Uint8Array> {
  const bytes = typeof begun === "string" ? new TextEncoder().encode(begun) : begun.slice();
  return new ReadableStream({
    type: "bytes",
    start: (controller) => (bytes.length === 0 ? undefined : controller.enqueue(bytes)),
    pull: (controller) => controller.error(new Error("the connection was lost")),
  });
}

/** Links lead to a host that no policy allows, unless a test names others. */
export function track(id: string, fields: Record<string, unknown> = {}): object {
  const stream = { stream_audio_url: `https://cdn.example.com/stream/${id}` };
  return {
    id,
    audio_url: "",
    image_url: "",
    title: `Song ${id}`,
    tags: "jazz",
    model_name: "V5",
    ...stream,
    ...fields,
  };
}
