/**
 * A recovery: new links that the provider makes for the tracks of an older task, under an id of its own. Its record and
 * its callback say the same. Pure.
 */
import { sha256Hex } from "../ids.ts";
import { linkOf } from "./link.ts";
import { firstText, isRecord, listOf, toInteger, toText } from "./loose-values.ts";
import { MAX_TRACKS, type Observation, type ObservedTrack, type ParsedMessage } from "./message.ts";

export type RecoveryReading =
  | { readonly type: "running" }
  | { readonly type: "done"; readonly observation: Observation }
  | { readonly type: "failed"; readonly reason: string };

/** What a callback said of a recovery. */
export interface RecoveryNews {
  /** The recovery's id, where it was named. */
  readonly id: string | null;
  /** Null where it gave links; undefined while it is running. */
  readonly reason?: string | null;
}

/** The name of its callBackUrl, of which nobody makes one for another task. */
export function recoveryRef(taskId: string): string {
  return `recovery-${sha256Hex(taskId).slice(0, 32)}`;
}

/** What a delivery says: what came under the name of a task's recovery is about that task. */
export function readDelivery(
  json: unknown,
  { taskIds, observation }: ParsedMessage,
  taskId: string,
  ref: string | null,
): { readonly observation: Observation; readonly recovery?: RecoveryNews } {
  if (ref === null || ref !== recoveryRef(taskId)) return { observation };
  const [id = null] = taskIds;
  const reading = readRecovery(json);
  switch (reading.type) {
    case "running":
      return { observation: NOTHING, recovery: { id } };
    case "done":
      return { observation: reading.observation, recovery: { id, reason: null } };
    case "failed":
      return { observation: NOTHING, recovery: { id, reason: reading.reason } };
  }
}

const NOTHING: Observation = { kind: "unknown", failure: null, tracks: [], tracksDropped: 0 };
const MAX_QUOTED_CHARS = 300;
/** Of who asked, and not of the recovery: it can be asked about again. */
const PASSING: ReadonlySet<number> = new Set([401, 405, 408, 429, 430, 455, 502, 503, 504]);

/**
 * Code 201 is "still running", and so is a success that says of no track how it ended. A mix of recovered and failed
 * tracks is done, as long as one has a link.
 */
export function readRecovery(json: unknown): RecoveryReading {
  const root = isRecord(json) ? json : {};
  const code = toInteger(root["code"]);
  if (code === 201) return { type: "running" };
  const items = listOf(root["data"]);
  const tracks = items.flatMap((item) => recoveredTrack(item) ?? []).slice(0, MAX_TRACKS);
  if (tracks.some(({ audioLink }) => audioLink !== null))
    return { type: "done", observation: { kind: "recovered", failure: null, tracks, tracksDropped: 0 } };
  const errors = items.map((item) => (isRecord(item) ? toText(item["error"], 64) : null));
  const isOver =
    errors.some((error) => error !== null) || items.some((item) => isRecord(item) && item["status"] === "failed");
  if (!isOver && (code === null || code === 200 || PASSING.has(code))) return { type: "running" };
  const word = firstText([...errors, root["msg"]]) ?? "no_links";
  return { type: "failed", reason: `not_recovered: ${/^[a-z_]{1,64}$/.test(word) ? word : codeWords(code, word)}` };
}

/** "code 455, “Under maintenance”". Of an answer that holds no secret any more. */
export function codeWords(code: number | null, message: string | null): string {
  const said = message === null ? "" : `, “${message.replace(/\s+/g, " ").slice(0, MAX_QUOTED_CHARS)}”`;
  return `code ${code ?? "none"}${said}`;
}

/** By the original's audio id. */
function recoveredTrack(item: unknown): ObservedTrack | null {
  if (!isRecord(item)) return null;
  return {
    id: toText(item["id"], 256),
    audioLink: linkOf(item["audio_url"]) ?? linkOf(item["audioUrl"]),
    streamLink: null,
    coverLink: null,
    title: null,
    tags: null,
    durationSeconds: null,
    model: null,
    createdAt: null,
  };
}
