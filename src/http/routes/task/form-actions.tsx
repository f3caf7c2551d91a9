/**
 * What people need beside the API: share links as a page, and deletion and adoption under addresses of their own, for
 * a form can only post.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import { isoTime, type TaskView } from "../../../core/view/view.ts";
import type { StoredShare } from "../../../platform/catalog/access-table.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import type { AppEnv } from "../../app-env.ts";
import { readForm } from "../../request/body.ts";
import { Problem } from "../../problem.ts";
import { adoptQuery } from "../../request/query.ts";
import { inputWords } from "../../request/wrong-input.ts";
import { revoke } from "./shares.ts";
import { adopt, forget } from "./task-actions.ts";
import { makeShareLink, MAX_SHARE_SECONDS, shareUrl } from "../../auth/share-link.ts";
import { present, taskIdOf } from "../../reading/task-reader.ts";
import { Layout } from "../../pages/frame/layout.tsx";
import { nonceOf, page, prefersHtml } from "../../pages/frame/page.ts";
import { sayDeleted } from "../../pages/frame/said-deleted.ts";
import { When } from "../../pages/frame/when.tsx";
import { capitalized } from "../../pages/frame/words.ts";
import { allWords, hearWords } from "../../pages/task/task-actions.tsx";

const shareForm = z.object({
  expiresInSeconds: z.coerce.number().int().min(1).max(MAX_SHARE_SECONDS),
  /** Empty: the whole task. */
  trackId: z.string().default(""),
  /** A checkbox: sent or not. */
  download: z.literal("on").optional(),
});

/** Behind `requireApiToken`, and before the routes that answer with JSON. */
export const formActions = new Hono<AppEnv>()
  .post("/tasks/:id/delete", async (c) => {
    await forget(c);
    sayDeleted(c);
    return c.redirect("/tasks", 303);
  })
  .post("/tasks/:id/adopt", async (c) => {
    const form = adoptQuery.safeParse(await readForm(c));
    if (!form.success) throw new Problem("invalid_request", `${inputWords(form.error.issues, ["product"])}.`);
    await adopt(c, form.data.product);
    return c.redirect(`/tasks/${taskIdOf(c)}`, 303);
  })
  .post("/tasks/:id/share", async (c, next) => {
    if (!prefersHtml(c)) return next();
    const taskId = taskIdOf(c);
    const view = present<TaskView>(await objectOf(c).view());
    const form = shareForm.safeParse(await readForm(c));
    if (!form.success) throw new Problem("invalid_request", `expiresInSeconds: 1 to ${MAX_SHARE_SECONDS}.`);
    const { expiresInSeconds, trackId, download } = form.data;
    if (trackId !== "" && !view.tracks.some((track) => track.trackId === trackId))
      throw new Problem("invalid_request", "trackId: The task has no such track.");
    const shared = { taskId, trackId: trackId === "" ? null : trackId, download: download === "on" };
    const { shareId } = await makeShareLink(c, shared, expiresInSeconds, "page");
    // To load again what this leads to makes no other link.
    return c.redirect(`/tasks/${taskId}/shares?made=${shareId}`, 303);
  })
  .post("/tasks/:id/shares/:shareId/delete", async (c) => {
    await revoke(c, c.req.param("shareId"));
    return c.redirect(`/tasks/${taskIdOf(c)}/shares`, 303);
  })
  .get("/tasks/:id/shares", async (c, next) => {
    if (!prefersHtml(c)) return next();
    const view = present<TaskView>(await objectOf(c).view());
    const [shares, mayAct, now] = [await sharesOf(c), c.get("mayAct") === true, Date.now()];
    const urlOf = (share: StoredShare) => shareUrl(c, share.id, share, share.expiresAt, "page");
    const made = shares.find(({ id }) => mayAct && id === c.req.query("made"));
    return page(
      c,
      <Layout title="Share links" nonce={nonceOf(c)} visitor="person">
        <h1>Share links</h1>
        {made === undefined ? null : <MadeLink view={view} share={made} url={urlOf(made)} now={now} />}
        <ShareLinks view={view} shares={shares} mayAct={mayAct} now={now} />
        <p>
          <a href={`/tasks/${view.taskId}`}>Back to the task</a>
        </p>
      </Layout>,
    );
  });

interface MadeLinkProps {
  readonly view: TaskView;
  readonly share: StoredShare;
  readonly url: string;
  readonly now: number;
}

function MadeLink({ view, share: { trackId, download, expiresAt }, url, now }: MadeLinkProps) {
  return (
    <>
      <p>
        Whoever has this link can {hearWords(view)}
        {download ? " and download" : ""} until <When at={isoTime(expiresAt)} now={now} />, and nothing else:{" "}
        {trackId === null ? `${allWords(view)} of the task` : `${takeWords(view, trackId)} alone`}.
      </p>
      <pre id="share-link" tabindex={0}>
        {url}
      </pre>
      <p>
        <button type="button" data-copy="share-link" hidden>
          Copy link
        </button>
      </p>
      <h2>Links that open it</h2>
    </>
  );
}

interface ShareLinksProps {
  readonly view: TaskView;
  readonly shares: readonly StoredShare[];
  readonly mayAct: boolean;
  readonly now: number;
}

function ShareLinks({ view, shares, mayAct, now }: ShareLinksProps) {
  if (shares.length === 0) return <p>No link opens this task.</p>;
  return (
    <ul>
      {shares.map(({ id, trackId, download, createdAt, expiresAt }) => (
        <li>
          <form method="post" action={`/tasks/${view.taskId}/shares/${id}/delete`} class="row">
            <span>
              {trackId === null ? capitalized(allWords(view)) : `${capitalized(takeWords(view, trackId))} alone`}, to{" "}
              {hearWords(view)}
              {download ? " and download" : ""}, made <When at={isoTime(createdAt)} now={now} />, until{" "}
              <When at={isoTime(expiresAt)} now={now} />
            </span>
            {mayAct ? <button class="quiet">Revoke</button> : null}
          </form>
        </li>
      ))}
    </ul>
  );
}

/** "take 2". */
function takeWords({ tracks }: TaskView, id: string): string {
  return `take ${tracks.findIndex(({ trackId }) => trackId === id) + 1}`;
}

async function sharesOf<P extends string>(c: Context<AppEnv, P>): Promise<readonly StoredShare[]> {
  return catalogOf(c.env).shares(taskIdOf(c), Date.now());
}

function objectOf(c: Context<AppEnv>) {
  return c.env.TASKS.getByName(taskIdOf(c));
}
