/**
 * The task ids that a message may name, found without parsing it: a signature is checked against them before anything
 * expensive is done for a stranger. The parsed message decides which of them it is about. Pure.
 */
import { isTaskId } from "../ids.ts";

/** A real message names two or three. */
const MAX_IDS = 8;
const MAX_MENTIONS = 64;
const MENTION = /"task_?id"\s{0,8}:\s{0,8}(?:"([^"\\]{1,200})"|(\d{1,200}))/gi;

/** Takes the text of a body; the first mentions count. */
export function scanTaskIds(text: string): readonly string[] {
  const found = new Set<string>();
  let mentions = 0;
  for (const [, quoted, digits = ""] of text.matchAll(MENTION)) {
    const id = (quoted ?? digits).trim();
    if (isTaskId(id)) found.add(id);
    mentions += 1;
    if (found.size >= MAX_IDS || mentions >= MAX_MENTIONS) break;
  }
  return [...found];
}
