/** `GET /inbox`: authenticated deliveries that belong to no task, or wait for theirs; `POST /inbox/:sha256/deliver`. */
import { Hono } from "hono/tiny";
import * as z from "zod";
import { INBOX_REASONS, readInbox, type InboxItem } from "../../../platform/inbox/inbox.ts";
import { deliverAgain, type Again } from "../../../platform/inbox/replay.ts";
import { requireApiToken } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { InboxPage, type BegunItem } from "../../pages/list/inbox-page.tsx";
import { nonceOf, page, prefersHtml } from "../../pages/frame/page.ts";
import { Problem } from "../../problem.ts";
import { inboxQuery, parseQuery, takesNoQuery } from "../../request/query.ts";
import { FRESH } from "../task/tasks.ts";

const MAX_PAGE_BYTES = 8 * 1_024 * 1_024;
/** Of each, on the page for people. */
const SHOWN_BYTES = 2_048;

export const inboxItem = z.object({
  sha256: z.string(),
  receivedAt: z.iso.datetime(),
  reason: z.enum(INBOX_REASONS),
  verdict: z.string(),
  /** The task that it seems to mean. */
  taskId: z.string().nullable(),
  bytes: z.int().min(0),
  /** Text; base64 where it is not UTF-8. */
  body: z.string(),
});

export const inboxPage = z.object({ items: z.array(inboxItem), nextCursor: z.string().nullable() });

export const deliveredAgain = z.object({ sha256: z.string(), taskId: z.string() });

export const inbox = new Hono<AppEnv>()
  .use("/inbox", requireApiToken)
  .use("/inbox/*", requireApiToken)
  .get("/inbox", async (c) => {
    const { cursor, limit } = parseQuery(inboxQuery, c);
    const isPage = prefersHtml(c);
    const bounds = { maxBytes: MAX_PAGE_BYTES, ...(isPage ? { maxBody: SHOWN_BYTES } : {}) };
    const { items, nextCursor } = await readInbox(c.env.AUDIO, cursor ?? null, limit, bounds);
    if (!isPage) return c.json({ items: items.map(itemOf), nextCursor }, 200, FRESH);
    return page(
      c,
      <InboxPage items={items.map(begunOf)} nextCursor={nextCursor} now={Date.now()} nonce={nonceOf(c)} />,
    );
  })
  .post("/inbox/:sha256/deliver", takesNoQuery, async (c) => {
    const sha256 = c.req.param("sha256");
    const again = await deliverAgain(c.env, sha256, Date.now());
    if (again.type !== "delivered") throw refused(again.type);
    if (prefersHtml(c)) return c.redirect(`/tasks/${again.taskId}`, 303);
    return c.json({ sha256, taskId: again.taskId } satisfies z.infer<typeof deliveredAgain>, 200, FRESH);
  });

const GONE = "The inbox has no such delivery (any more): it was delivered, or kept for its 30 days.";

function refused(type: Exclude<Again["type"], "delivered">): Problem {
  if (type === "unknown") return new Problem("not_found", GONE);
  return new Problem(
    "invalid_request",
    type === "names_no_task"
      ? "It names no task that could take it. Compare its body with what your provider documents; it is kept for 30 days."
      : "The task that it names did not take it. Where no such task is here, PUT /tasks/<its id> adopts it first; one that was submitted under another ref takes it never; one that is out of reach takes it in a minute.",
  );
}

function begunOf(item: InboxItem): BegunItem {
  return { ...itemOf(item), isCut: item.bytes.length < item.size };
}

function itemOf({ sha256, receivedAt, reason, verdict, taskId, size, bytes }: InboxItem): z.infer<typeof inboxItem> {
  const body = reason === "not_utf8" ? bytes.toBase64() : new TextDecoder().decode(bytes);
  return { sha256, receivedAt, reason, verdict, taskId, bytes: size, body };
}
