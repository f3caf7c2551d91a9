/** The id of a session or a share: 22 characters of base64url. */
import { randomBytes } from "node:crypto";

export function randomId(): string {
  return randomBytes(16).toString("base64url");
}
