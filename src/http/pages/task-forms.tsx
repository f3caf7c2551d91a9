/** What can be done about a task, as forms that work without script. Pure. */
import type { TaskView } from "../../core/view/view.ts";

export function TaskForms({ view, canNotify }: { readonly view: TaskView; readonly canNotify: boolean }) {
  const path = `/tasks/${view.taskId}`;
  return (
    <div class="forms">
      <Act action={`${path}/retry`} hint="Failed copies and lost files again. It never spends credits.">
        Try again
      </Act>
      <Act action={`${path}/assess`} hint="Listens to the stored audio anew.">
        Assess again
      </Act>
      {canNotify ? (
        <Act action={`${path}/notify`} hint="Sends to NOTIFY_URL what holds now.">
          Notify again
        </Act>
      ) : null}
      <form method="post" action={`${path}/share`} class="act">
        <label for="expires">Share link that lasts</label>
        <span class="row">
          <select id="expires" name="expiresInSeconds">
            <option value="3600">an hour</option>
            <option value="86400">a day</option>
            <option value="604800">a week</option>
          </select>
          <button>Make link</button>
        </span>
      </form>
      <details class="act" id="delete">
        <summary>Delete…</summary>
        <p>The task, its timeline and its files are gone for good. Late callbacks do not bring it back.</p>
        <form method="post" action={`${path}/delete`}>
          <button class="danger">Delete task and files</button>
        </form>
      </details>
    </div>
  );
}

interface ActProps {
  readonly action: string;
  readonly hint: string;
  readonly children: string;
}

function Act({ action, hint, children }: ActProps) {
  return (
    <form method="post" action={action} class="act">
      <button>{children}</button>
      <span class="hint">{hint}</span>
    </form>
  );
}
