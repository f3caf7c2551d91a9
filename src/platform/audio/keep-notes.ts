/** The file of notes that came in a message: made of the body in the task's log, and kept in R2 like any other. */
import { unheard } from "../../core/audio/container/facts.ts";
import { MIDI_TYPE } from "../../core/audio/format.ts";
import { fileKey, sha256Hex } from "../../core/ids.ts";
import { jsonOf } from "../../core/provider/loose-values.ts";
import { midiFile } from "../../core/provider/products/notes.ts";
import { instrumentsOf } from "../../core/provider/products/product-files.ts";
import type { CopyOrder, CopyOutcome } from "../task/effects.ts";

/** Rejects where R2 does not answer as it should. */
export async function keepNotes(bucket: R2Bucket, order: CopyOrder, bodies: Iterable<string>): Promise<CopyOutcome> {
  for (const body of bodies) {
    const instruments = instrumentsOf(jsonOf(body), order.url);
    if (instruments === null) continue;
    const bytes = midiFile(instruments);
    if (typeof bytes === "string") return { stored: false, reason: bytes, dead: true };
    const key = fileKey(order.taskId, order.trackId, order.file, order.attempt, "mid");
    await bucket.put(key, bytes, {
      httpMetadata: { contentType: MIDI_TYPE },
      customMetadata: { sourceUrlHash: order.linkHash },
    });
    const facts = { bytes: bytes.length, sha256: sha256Hex(bytes), contentType: MIDI_TYPE, container: unheard({}) };
    return { stored: true, key, ...facts };
  }
  return { stored: false, reason: "no_notes: the log does not hold the message that they came in", dead: true };
}
