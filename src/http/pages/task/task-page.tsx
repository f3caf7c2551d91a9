/** `GET /tasks/:id` for people: how it stands and what helps, then its tracks, then how it came about. Pure. */
import type { Usual } from "../../../core/view/usual.ts";
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { OutcomeBadge, StageBadge } from "../list/badge.tsx";
import type { ListedTask } from "../list/listed-task.ts";
import { MadeList, Offers } from "./made-list.tsx";
import { FileList } from "./file-list.tsx";
import { Layout } from "../frame/layout.tsx";
import { Progress } from "./progress.tsx";
import { RequestTable } from "./request-table.tsx";
import { headlineOf, keyWords } from "./headline.ts";
import { doneWords, TaskActions, type Did } from "./task-actions.tsx";
import { TimelineList, type TimelinePart } from "../timeline/timeline-list.tsx";
import { TrackCard } from "./track-card.tsx";
import type { Viewer } from "../frame/viewer.ts";
import { When } from "../frame/when.tsx";
import { productWords } from "../frame/words.ts";

export interface TaskPageProps {
  readonly view: TaskView;
  readonly usual: Usual;
  /** What was made of it, the newest first. */
  readonly made: readonly ListedTask[];
  /** "WAV of Night Drive (take 1)", where it was made of another task that is known. */
  readonly madeName: string | null;
  readonly timeline: TimelinePart;
  readonly viewer: Viewer;
  readonly canNotify: boolean;
  /** There is a key to ask the provider with. */
  readonly canRecover: boolean;
  /** The command that led here. */
  readonly did: Did | null;
  readonly now: number;
  readonly nonce: string;
}

export function TaskPage({
  view,
  usual,
  made,
  madeName,
  timeline,
  viewer,
  canNotify,
  canRecover,
  did,
  now,
  nonce,
}: TaskPageProps) {
  const { tracks, stage } = view;
  const { standing, text, more, help } = headlineOf(view, canRecover);
  const keyless = keyWords(view, canRecover, more);
  return (
    <Layout title={titleOf(view, madeName)} standing={standing} nonce={nonce} visitor="person">
      {did === null ? null : (
        <p id="did" class="ok" role="status">
          {doneWords(did, view)}
        </p>
      )}
      <div
        id="task"
        data-follow="task"
        data-version={String(view.version)}
        data-settled={String(view.settled)}
        data-busy={String(made.some(({ row }) => !row.settled && !row.stalled))}
      >
        <Heading view={view} madeName={madeName} now={now} isWhole={standing === "good"} />
        <div class="stand" data-tone={standing}>
          <p class="lead" id="progress" data-announce>
            {text}
          </p>
          {more === "" ? null : <p id="cure">{more}</p>}
        </div>
        {viewer.mayAct ? <TaskActions view={view} help={help} canNotify={canNotify} canRecover={canRecover} /> : null}
        <Progress view={view} usual={usual} />
        {keyless === "" ? null : <p class="note">{keyless}</p>}
        <FileList view={view} viewer={viewer} />
        {tracks.length === 0 && (stage === "failed" || !isMusicProduct(view.product)) ? null : (
          <section aria-labelledby="tracks">
            <h2 id="tracks">Takes</h2>
            {viewer.mayAct ? <SourceTake view={view} /> : null}
            {tracks.length === 0 ? (
              <p class="hint">None yet. They appear here by themselves.</p>
            ) : (
              tracks.map((track, index) => (
                <TrackCard
                  track={track}
                  number={index + 1}
                  viewer={viewer}
                  taskId={view.taskId}
                  isChosen={track.trackId === view.chosen}
                  offers={
                    viewer.mayAct && canRecover && track.audio.state === "stored" ? (
                      <Offers taskId={view.taskId} trackId={track.trackId} model={modelOf(view)} made={made} />
                    ) : null
                  }
                />
              ))
            )}
          </section>
        )}
        <MadeList of={view} made={made} now={now} />
        <section aria-labelledby="request">
          <h2 id="request">Asked and came</h2>
          <RequestTable view={view} />
        </section>
        <section aria-labelledby="timeline">
          <h2 id="timeline">Timeline</h2>
          <TimelineList {...timeline} />
        </section>
      </div>
    </Layout>
  );
}

/** What was uploaded here, to compare with what came. */
function SourceTake({ view: { request, source } }: { readonly view: TaskView }) {
  const sourceId = request?.["sourceId"];
  if (typeof sourceId !== "string") return null;
  const path = `/sources/${sourceId}`;
  return (
    <div
      class="player source"
      id="player-source"
      data-player={path}
      data-name="Your source"
      data-key="0"
      data-seconds={source?.audio.durationSeconds ?? undefined}
      data-lufs={source?.audio.integratedLufs ?? undefined}
      data-peak={source?.audio.truePeakDbtp ?? undefined}
    >
      <p>Your source</p>
      <audio controls preload="none" src={path} aria-label="Your source"></audio>
    </div>
  );
}

interface HeadingProps extends Pick<TaskPageProps, "view" | "madeName" | "now"> {
  readonly isWhole: boolean;
}

function Heading({ view, madeName, now, isWhole }: HeadingProps) {
  const { taskId, ref, parent, stage, stalled, createdAt } = view;
  return (
    <>
      <h1>{titleOf(view, madeName)}</h1>
      <p class="badges">
        <StageBadge stage={stage} stalled={stalled} whole={isWhole} />
        <OutcomeBadge outcome={view.outcome} />
        <span class="hint">
          <When at={createdAt} now={now} /> · <code>{taskId}</code>
          {ref === null ? "" : ` · ${ref}`}
          {parent === null ? null : (
            <>
              {" "}
              · made of <a href={`/tasks/${parent.taskId}`}>another task</a>
            </>
          )}
        </span>
      </p>
    </>
  );
}

/** That was asked for: what the provider says of a track is a name of its own. */
function modelOf({ request }: TaskView): string | null {
  const asked = request?.["model"];
  return typeof asked === "string" ? asked : null;
}

function titleOf({ tracks, request, taskId, product }: TaskView, madeName: string | null): string {
  const asked = request?.["title"];
  const unnamed = madeName ?? (product === "music" || product === "unknown" ? `Task ${taskId}` : productWords(product));
  return tracks.find(({ title }) => title !== null)?.title ?? (typeof asked === "string" ? asked : unnamed);
}
