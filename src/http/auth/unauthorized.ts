/** Why a request came in vain, told apart as far as that tells nobody a secret. */
import type { Context } from "hono";
import type { Secret } from "../../core/secrets.ts";
import { isSameSecret } from "../../core/access/same-secret.ts";
import type { AppEnv } from "../app-env.ts";
import { SHARE_PARAMETER } from "./share-link.ts";

/** In the query of the link that the provider gets to an uploaded source. */
export const SOURCE_LINK_PARAMETER = "link";

const SEND = "Send the API token: `Authorization: Bearer <API_TOKEN>`.";
const URL_NAMES = ["token", "api_token", "apiToken", "access_token", "api_key", "apiKey", "key", "authorization"];
const OTHER_HEADERS = ["x-api-key", "x-api-token", "api-key", "x-auth-token"];

export function whyUnauthorized(c: Context<AppEnv>): string {
  if (c.req.query(SHARE_PARAMETER) !== undefined)
    return "This link has expired, or does not open this. Ask for a new one, or send the API token.";
  if (c.req.method === "OPTIONS")
    return "Pages of other origins may read kept files alone (CORS): call the rest from your own server, which keeps the token.";
  if (c.req.path.startsWith("/sources/") && c.req.query(SOURCE_LINK_PARAMETER) !== undefined)
    return "This link is not one to this file, or it has expired: a source's link opens that file for 24 hours.";
  const header = c.req.header("authorization")?.trim();
  if (header === undefined || header === "") return withoutHeader(c);
  const [, scheme = "", sent = ""] = /^(\S+) *(.*)$/s.exec(header) ?? [];
  if (sent === "" && /^bearer$/i.test(scheme)) return `Nothing follows \`Bearer\`: is the variable empty? ${SEND}`;
  if (!/^bearer$/i.test(scheme)) return `\`Bearer\` is missing before the token. ${SEND}`;
  if (/^["'<$]|["'>]$/.test(sent)) return `The token stands in quotes or is a placeholder. ${SEND}`;
  if (/\s/.test(sent)) return `More than the token follows \`Bearer\`. ${SEND}`;
  if (isOf(c.get("config").callbackToken, sent))
    return "This is CALLBACK_TOKEN, which is for callbacks alone. Send API_TOKEN, and give the callback token to the provider only.";
  return "This bearer token is not API_TOKEN: compare it with what this Worker was deployed with (locally: .dev.vars; of the demo and dev:sim: what they printed).";
}

function withoutHeader(c: Context<AppEnv>): string {
  if (URL_NAMES.some((name) => c.req.query(name) !== undefined))
    return `A token is never taken from the URL, where logs and histories keep it: send it as a header, and rotate it if it was the real one. ${SEND}`;
  const other = OTHER_HEADERS.find((name) => c.req.header(name) !== undefined);
  if (other !== undefined) return `\`${other}\` is not looked at. ${SEND}`;
  return `The Authorization header is missing. ${SEND}`;
}

function isOf(secret: Secret, sent: string): boolean {
  return secret.state === "set" && secret.values.some((value) => isSameSecret(sent, value));
}
