/** Requests that the answers of the API's description are held against. */
import { requestHash } from "../../../src/core/provider/submission.ts";
import { SOURCE_EXAMPLE } from "../../../src/openapi/examples/assessment-examples.ts";
import type { Submission } from "../../../src/platform/catalog/submission-table.ts";
import { acting } from "../worker.ts";

export const song = {
  uploadUrl: "https://cdn.example.com/source.mp3",
  title: "Song",
  tags: "jazz",
  negativeTags: "metal",
};

/** Each write under the tag of a view that is no more. */
export function staleWrites(taskId: string): readonly (readonly [operationId: string, ask: Request])[] {
  const stale = { "if-match": '"stale"' };
  const actions = {
    retryTask: "retry",
    assessTask: "assess",
    notifyTask: "notify",
    recoverTask: "recover",
    rebuildTask: "rebuild",
    shareTask: "share",
  };
  return [
    ["chooseTrack", acting("PUT", `/tasks/${taskId}/chosen`, stale)],
    ...Object.entries(actions).map(
      ([operationId, name]) => [operationId, acting("POST", `/tasks/${taskId}/${name}`, stale)] as const,
    ),
    ["adoptTask", acting("PUT", `/tasks/${taskId}`, stale)],
    ["deleteTask", acting("DELETE", `/tasks/${taskId}`, stale)],
  ];
}

/** A submission that is recorded, under a key and a reference of the same name. */
export function reservation(name: string): Submission {
  const about = { requestHash: requestHash(song), requestJson: JSON.stringify(song), host: "backline.test" };
  return { key: name, ref: name, ...about, source: SOURCE_EXAMPLE, at: Date.now() };
}
