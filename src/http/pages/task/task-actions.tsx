/** What can be done about a task, beside its headline: the one thing that helps, then the rest in menus. Pure. */
import type { Child } from "hono/jsx";
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import { isAllKept, NOTHING_TO_RETRY, type TaskView } from "../../../core/view/view.ts";
import { isCut, type Help } from "./headline.ts";

/** What was done, by the command: for the page that a form leads back to. */
const DONE = {
  retry: "Trying again: what failed is copied anew, and the provider is asked anew.",
  assess: "The kept audio is being listened to again. The findings change here by themselves.",
  notify: "NOTIFY_URL is being told again.",
  recover: "The provider is asked to make new links. The takes appear here by themselves.",
  choose: "Your choice is kept. The list and the notices name it too.",
} as const;

export const DONE_COMMANDS = [
  "retry",
  "assess",
  "notify",
  "recover",
  "choose",
] as const satisfies (keyof typeof DONE)[];

/** What a command did, in a sentence. */
export function doneWords(did: Did, view: TaskView): string {
  if (did === "choose" && view.chosen === null) return "No take is chosen any more.";
  return did === "retry" && isAllKept(view) ? NOTHING_TO_RETRY : DONE[did];
}

export type Did = (typeof DONE_COMMANDS)[number];

interface TaskActionsProps {
  readonly view: TaskView;
  readonly help: Help;
  readonly canNotify: boolean;
  /** There is a key to ask the provider with. */
  readonly canRecover: boolean;
}

export function TaskActions({ view, help, canNotify, canRecover }: TaskActionsProps) {
  const path = `/tasks/${view.taskId}`;
  const again = `/new?from=${encodeURIComponent(view.taskId)}`;
  // The form is that of Add Instrumental.
  const isFormed = view.request !== null && ["add_instrumental", "music"].includes(view.product);
  const isHeard = view.tracks.some(({ audio }) => audio.state === "stored");
  const isKept = isHeard || view.files.some(({ state }) => state === "stored");
  const isMissing = view.tracks.some(
    ({ audio, assessment }) =>
      audio.state === "lost" || (audio.state === "queued" && audio.attempts > 0) || isCut(assessment),
  );
  const isRecoverable = canRecover && isMusicProduct(view.product) && view.recovery?.state !== "running";
  return (
    <div class="row actions">
      {help === "retry" ? <Command action={`${path}/retry`}>Try again</Command> : null}
      {help === "recover" ? (
        <Command action={`${path}/recover`} hint="It may cost credits.">
          Ask the provider for new links
        </Command>
      ) : null}
      {help === "submit_again" ? (
        <a class="button primary" href={again}>
          Submit again
        </a>
      ) : null}
      {view.settled ? null : (
        <button type="button" class="quiet" id="tell-me" aria-pressed="false" data-tell-me hidden>
          Tell me when it is done
        </button>
      )}
      {isKept ? (
        <a class="button" href={`${path}/files.zip`} download>
          Download all
        </a>
      ) : null}
      {view.settled && !isKept ? null : <ShareMenu view={view} />}
      <details class="menu" id="more">
        <summary>More</summary>
        {help === "retry" ? null : (
          <Command action={`${path}/retry`} hint="Failed and lost files again. It costs no credits." quiet>
            Try again
          </Command>
        )}
        {isMissing && isRecoverable && help !== "recover" ? (
          <Command
            action={`${path}/recover`}
            hint="Asks the provider to make new links for files that cannot be had. It may cost credits."
            quiet
          >
            Recover
          </Command>
        ) : null}
        {isFormed && help !== "submit_again" ? <a href={again}>Submit again</a> : null}
        {isHeard ? (
          <Command action={`${path}/assess`} hint="Listens to the kept audio once more." quiet>
            Assess again
          </Command>
        ) : null}
        {canNotify ? (
          <Command action={`${path}/notify`} hint="Sends to NOTIFY_URL what holds now." quiet>
            Notify again
          </Command>
        ) : null}
        <details id="delete">
          <summary>Delete…</summary>
          <p>The task, its timeline and its files are gone for good. Late callbacks do not bring it back.</p>
          <form method="post" action={`${path}/delete`}>
            <button class="danger">Delete task and files</button>
          </form>
        </details>
      </details>
    </div>
  );
}

function ShareMenu({ view }: { readonly view: TaskView }) {
  const path = `/tasks/${view.taskId}`;
  return (
    <details class="menu" id="share">
      <summary>Share</summary>
      <form method="post" action={`${path}/share`}>
        <p>Whoever has the link can {hearWords(view)}, and nothing else.</p>
        <label for="expires">It lasts</label>
        <select id="expires" name="expiresInSeconds">
          <option value="3600">an hour</option>
          <option value="86400" selected>
            a day
          </option>
          <option value="604800">a week</option>
        </select>
        <label class="check">
          <input type="checkbox" name="download" /> They may download, too
        </label>
        <label for="what">What</label>
        <select id="what" name="trackId">
          <option value="">{allWords(view)}</option>
          {view.tracks.map(({ trackId }, index) => (
            <option value={trackId}>take {index + 1} alone</option>
          ))}
        </select>
        <button>Make link</button>
      </form>
      <a href={`${path}/shares`}>Links that open it</a>
    </details>
  );
}

/** What can be heard of a task, or looked at: "all takes". */
export function allWords({ files }: Pick<TaskView, "files">): string {
  return files.length > 0 ? "all files" : "all takes";
}

/** What a guest does with them: a film is not only heard, nor are notes. */
export function hearWords({ files }: Pick<TaskView, "files">): string {
  return files.every(({ contentType }) => contentType?.startsWith("audio/") !== false) ? "listen" : "open it";
}

interface CommandProps {
  readonly action: string;
  readonly hint?: string;
  /** Not the thing to do. */
  readonly quiet?: boolean;
  readonly children: Child;
}

/** With script it is done without leaving the page. */
function Command({ action, hint, quiet, children }: CommandProps) {
  return (
    <form method="post" action={action} data-command>
      <button class={quiet === true ? "quiet" : undefined}>{children}</button>
      {hint === undefined ? null : <span class="hint">{hint}</span>}
    </form>
  );
}
