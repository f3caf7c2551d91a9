/** `GET /inbox`: authenticated deliveries that belong to no task, or wait for theirs. */
import { Hono } from "hono";
import * as z from "zod";
import { INBOX_REASONS, readInbox, type InboxItem } from "../../platform/inbox/inbox.ts";
import { requireApiToken } from "../access.ts";
import type { AppEnv } from "../app-env.ts";
import { inboxQuery, parseQuery } from "../query.ts";
import { FRESH } from "./tasks.ts";

const MAX_PAGE_BYTES = 8 * 1_024 * 1_024;

export const inboxItem = z.object({
  sha256: z.string(),
  receivedAt: z.iso.datetime(),
  reason: z.enum(INBOX_REASONS),
  verdict: z.string(),
  bytes: z.int(),
  /** Text; base64 where it is not UTF-8. */
  body: z.string(),
});

export const inboxPage = z.object({ items: z.array(inboxItem), nextCursor: z.string().nullable() });

export const inbox = new Hono<AppEnv>().use("/inbox", requireApiToken).get("/inbox", async (c) => {
  const { cursor, limit } = parseQuery(inboxQuery, c);
  const page = await readInbox(c.env.AUDIO, cursor ?? null, limit, MAX_PAGE_BYTES);
  return c.json({ items: page.items.map(itemOf), nextCursor: page.nextCursor }, 200, FRESH);
});

function itemOf({ sha256, receivedAt, reason, verdict, bytes }: InboxItem): z.infer<typeof inboxItem> {
  const body = reason === "not_utf8" ? bytes.toBase64() : new TextDecoder().decode(bytes);
  return { sha256, receivedAt, reason, verdict, bytes: bytes.length, body };
}
