/** The id of a session, a share or a submission: 22 characters of base64url. */
import { randomBytes } from "node:crypto";

export function randomId(): string {
  return randomBytes(16).toString("base64url");
}
