/** `GET /inbox` for people: what came and belongs to no task, why, and how to deliver it after all. Pure. */
import type * as z from "zod";
import type { inboxItem } from "../../routes/callback/inbox.tsx";
import { Layout } from "../frame/layout.tsx";
import { When } from "../frame/when.tsx";
import { byteWords } from "../frame/words.ts";
import { PROOFS } from "../timeline/event-words.ts";

/** `isCut`: the body is its beginning. */
export type BegunItem = z.infer<typeof inboxItem> & { readonly isCut: boolean };

interface InboxPageProps {
  readonly items: readonly BegunItem[];
  readonly nextCursor: string | null;
  readonly now: number;
  readonly nonce: string;
}

const REASONS: Readonly<Record<z.infer<typeof inboxItem>["reason"], string>> = {
  not_utf8: "It is no text.",
  not_json: "It is no JSON, is empty, or was cut short.",
  no_task_id: "It names no task.",
  unreachable: "Its task was out of reach. It is delivered again by itself.",
  other_ref: "It came by the callBackUrl of another submission.",
  unknown_ref: "It came by the callBackUrl of a submission that is not known here.",
};

export function InboxPage({ items, nextCursor, now, nonce }: InboxPageProps) {
  return (
    <Layout title="Inbox" nonce={nonce} visitor="person">
      <h1>Inbox</h1>
      <p class="hint">Authenticated deliveries that belong to no task. They are kept for 30 days.</p>
      {items.length === 0 ? <p class="ok">Nothing is here: every delivery found its task.</p> : null}
      <ul class="tasks">
        {items.map(({ sha256, receivedAt, reason, verdict, taskId, bytes, body, isCut }) => (
          <li id={`delivery-${sha256}`}>
            <div>
              <p class="title">{REASONS[reason]}</p>
              <p class="hint">
                <When at={receivedAt} now={now} /> · {PROOFS.get(verdict) ?? verdict.replaceAll("_", " ")}
                {taskId === null ? null : (
                  <>
                    {" "}
                    · means <a href={`/tasks/${taskId}`}>task {taskId}</a>
                  </>
                )}
              </p>
              <details>
                <summary>What was sent, {byteWords(bytes)}</summary>
                <pre tabindex={0}>{body}</pre>
                {isCut ? (
                  <p class="hint">
                    Its beginning. The whole is in the JSON of <code>GET /inbox</code>.
                  </p>
                ) : null}
              </details>
              {taskId === null ? null : (
                <form method="post" action={`/inbox/${sha256}/deliver`}>
                  <button class="quiet">Deliver again</button>
                </form>
              )}
            </div>
          </li>
        ))}
      </ul>
      {nextCursor === null ? null : (
        <p>
          <a href={`/inbox?${String(new URLSearchParams({ cursor: nextCursor }))}`}>More</a>
        </p>
      )}
    </Layout>
  );
}
