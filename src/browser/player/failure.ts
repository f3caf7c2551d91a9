/** Why a take does not play. Its element does not say, so the Worker is asked. */
import { loginLink, SESSION_ENDED } from "../session-ended.ts";
import type { Take } from "./takes.ts";

/** To be said. What comes from elsewhere cannot be asked for. */
export async function causeOf({ audio, name }: Take): Promise<readonly (string | Node)[]> {
  const unplayable = [`${name} cannot be played here.`];
  if (new URL(audio.src, location.href).origin !== location.origin) return unplayable;
  const asked = fetch(audio.src, { method: "HEAD", redirect: "manual", cache: "no-store" });
  const response = await asked.catch(() => null);
  if (response === null) return [`The Worker cannot be reached, so ${name} does not play. Press Play to try again.`];
  const isOver = response.type === "opaqueredirect" || response.status === 401;
  return isOver ? [`${SESSION_ENDED} `, ...loginLink("here")] : unplayable;
}
