/** What the record of a recovery says: new links that the provider made for the tracks of an older task. Pure. */
import { linkOf } from "./link.ts";
import { firstText, isRecord, toInteger, toText } from "./loose-values.ts";
import { MAX_TRACKS, type Observation, type ObservedTrack } from "./message.ts";

export type RecoveryReading =
  | { readonly type: "running" }
  | { readonly type: "done"; readonly observation: Observation }
  | { readonly type: "failed"; readonly reason: string };

/** Code 201 is "still running". A mix of recovered and failed tracks is done, as long as one has a link. */
export function readRecovery(json: unknown): RecoveryReading {
  const root = isRecord(json) ? json : {};
  const code = toInteger(root["code"]);
  if (code === 201) return { type: "running" };
  const items: readonly unknown[] = Array.isArray(root["data"]) ? root["data"] : [];
  const tracks = items.flatMap((item) => recoveredTrack(item) ?? []).slice(0, MAX_TRACKS);
  if (tracks.some(({ audioLink }) => audioLink !== null))
    return { type: "done", observation: { kind: "recovered", failure: null, tracks, tracksDropped: 0 } };
  const errors = items.map((item) => (isRecord(item) ? toText(item["error"], 64) : null));
  const word = firstText([...errors, root["msg"]]) ?? "no_links";
  return { type: "failed", reason: `not_recovered: ${/^[a-z_]{1,64}$/.test(word) ? word : `code ${code ?? "none"}`}` };
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
