/** `GET /tasks/:id` for people: how far it is, what came of it, and how. Pure. */
import type { Usual } from "../../core/view/usual.ts";
import type { TaskView } from "../../core/view/view.ts";
import { Badge, StageBadge } from "./badge.tsx";
import { Layout } from "./layout.tsx";
import { Progress, progressWords } from "./progress.tsx";
import { RequestTable } from "./request-table.tsx";
import { TaskForms } from "./task-forms.tsx";
import { TimelineList, type TimelinePart } from "./timeline-list.tsx";
import { TrackCard } from "./track-card.tsx";
import type { Viewer } from "./viewer.ts";
import { reasonWords, utcWords } from "./words.ts";

export interface TaskPageProps {
  readonly view: TaskView;
  readonly usual: Usual;
  /** Null where the viewer may not see it. */
  readonly timeline: TimelinePart | null;
  readonly viewer: Viewer;
  readonly canNotify: boolean;
  readonly nonce: string;
}

export function TaskPage({ view, usual, timeline, viewer, canNotify, nonce }: TaskPageProps) {
  const { tracks } = view;
  return (
    <Layout title={titleOf(view)} nonce={nonce} signedIn={viewer.mayAct}>
      <div id="task" data-follow="task" data-version={String(view.version)} data-settled={String(view.settled)}>
        <Heading view={view} />
        <Progress view={view} usual={usual} />
        <Trouble view={view} />
        <section aria-labelledby="tracks">
          <h2 id="tracks">Tracks</h2>
          {tracks.length === 0 ? (
            <p class="hint">None yet. They appear here by themselves.</p>
          ) : (
            tracks.map((track, index) => <TrackCard track={track} number={index + 1} viewer={viewer} />)
          )}
        </section>
        <section aria-labelledby="request">
          <h2 id="request">Asked and came</h2>
          <RequestTable view={view} />
        </section>
        {timeline === null ? null : (
          <section aria-labelledby="timeline">
            <h2 id="timeline">Timeline</h2>
            <TimelineList {...timeline} />
          </section>
        )}
        {viewer.mayAct ? (
          <section aria-labelledby="actions">
            <h2 id="actions">Actions</h2>
            <TaskForms view={view} canNotify={canNotify} />
          </section>
        ) : null}
      </div>
    </Layout>
  );
}

function Heading({ view }: { readonly view: TaskView }) {
  const { taskId, ref, stage, stalled, outcome, createdAt } = view;
  return (
    <>
      <h1>{titleOf(view)}</h1>
      <p class="badges">
        <StageBadge stage={stage} stalled={stalled} />
        {outcome === "partial" ? <Badge tone="warn">partial</Badge> : null}
        {outcome === "failed_with_tracks" ? <Badge tone="warn">with tracks</Badge> : null}
        <span class="hint">
          <code>{taskId}</code>
          {ref === null ? "" : ` · ${ref}`} · since <time datetime={createdAt}>{utcWords(createdAt)}</time>
        </span>
      </p>
      <p class="lead" id="progress" data-announce>
        {progressWords(view)}
      </p>
    </>
  );
}

function Trouble({ view }: { readonly view: TaskView }) {
  const { failure, advice, stalled } = view;
  return (
    <>
      {failure === null ? null : (
        <p class="alert">
          {reasonWords(failure.reason)}
          {failure.code === null ? "" : ` (code ${failure.code})`}
          {failure.message === null ? "" : `: “${failure.message}”`}
          {failure.refunded ? ". The credits were given back." : ""}
        </p>
      )}
      {stalled ? (
        <p class="alert">Silent for longer than is usual. Check the task at the provider, and its callBackUrl.</p>
      ) : null}
      {advice === null ? null : <p class="note">{advice}</p>}
    </>
  );
}

function titleOf({ tracks, request, taskId }: TaskView): string {
  const asked = request?.["title"];
  return tracks.find(({ title }) => title !== null)?.title ?? (typeof asked === "string" ? asked : `Task ${taskId}`);
}
