/** `GET /tasks` for people: problems first, then the newest, with a filter and a search. Pure. */
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import { isoTime } from "../../../core/view/view.ts";
import { LIST_STATUSES } from "../../../platform/catalog/task-queries.ts";
import type { Awaited } from "../../../platform/catalog/submission-table.ts";
import { Badge, OutcomeBadge, StageBadge, VerdictBadge } from "./badge.tsx";
import type { CallBackUrl } from "../frame/callback-url.ts";
import { Layout } from "../frame/layout.tsx";
import { isUnderWay, isWhole, outcomeShown, troubleOf, verdictsShown, type ListedTask } from "./listed-task.ts";
import { Cover } from "../task/track-card.tsx";
import { ageWords, clockWords, productWords, utcWords } from "../frame/words.ts";

interface Filter {
  readonly status: string | null;
  readonly q: string | null;
  readonly ref: string | null;
  readonly parent: string | null;
}

export interface ListPageProps {
  readonly problems: readonly ListedTask[];
  readonly tasks: readonly ListedTask[];
  readonly filter: Filter;
  /** The submission under `filter.ref` of which no task is listed yet. */
  readonly awaited: Awaited | null;
  readonly nextCursor: string | null;
  readonly callBackUrl: CallBackUrl;
  /** Deliveries in the inbox, as far as they were counted. */
  readonly inInbox: string;
  /** What led here did. */
  readonly done: string | null;
  readonly now: number;
  readonly nonce: string;
}

export function ListPage({ problems, tasks, filter, awaited, nextCursor, ...page }: ListPageProps) {
  const { callBackUrl, inInbox, done, now, nonce } = page;
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const isAwaited = awaited !== null && awaited.state !== "unclear" && tasks.length === 0;
  const isBusy = isAwaited || [...problems, ...tasks].some(isUnderWay);
  return (
    <Layout title="Tasks" nonce={nonce} visitor="person">
      <h1>Tasks</h1>
      {done === null ? null : (
        <p class="ok" role="status">
          {done}
        </p>
      )}
      <FilterForm filter={filter} />
      {inInbox === "0" ? null : (
        <p class="note">
          <a href="/inbox">{inInbox === "1" ? "1 delivery" : `${inInbox} deliveries`} in the inbox</a>: what came and
          belongs to no task.
        </p>
      )}
      <div id="list" data-follow="list" data-busy={String(isBusy)}>
        {problems.length === 0 ? null : (
          <section id="problems" aria-labelledby="problems-title">
            <h2 id="problems-title">Problems</h2>
            <Rows tasks={problems} now={now} />
          </section>
        )}
        <section id="newest" aria-labelledby="newest-title">
          <h2 id="newest-title">{isFiltered ? "Found" : "Newest"}</h2>
          {tasks.length > 0 ? <Rows tasks={tasks} now={now} /> : null}
          {tasks.length === 0 && isFiltered ? <Nothing filter={filter} awaited={awaited} /> : null}
          {tasks.length === 0 && !isFiltered && problems.length === 0 ? <Empty callBackUrl={callBackUrl} /> : null}
        </section>
      </div>
      <div id="older">
        {nextCursor === null ? null : (
          <p>
            <a data-older href={`/tasks?${pageQuery(filter, nextCursor)}`}>
              Older tasks
            </a>
          </p>
        )}
      </div>
    </Layout>
  );
}

function Nothing({ filter: { ref, parent }, awaited }: Pick<ListPageProps, "filter" | "awaited">) {
  if (awaited !== null) return <InDoubt awaited={awaited} />;
  if (ref !== null) return <p>Nothing matches: no task is known under this ref.</p>;
  if (parent !== null) return <p>Nothing matches: nothing was made of this task.</p>;
  return <p>Nothing matches. Take another word, or another status.</p>;
}

/** Whoever sees no task is not to pay for it twice. */
function InDoubt({ awaited: { state, taskId, unclearAt } }: { readonly awaited: Awaited }) {
  const until = isoTime(unclearAt);
  switch (state) {
    case "in_flight":
      return <p>This is being submitted: the provider's answer is awaited. Do not submit it again.</p>;
    case "submitting":
      return (
        <p class="note">
          The provider's answer to this submission was lost. It may have been taken (and paid). Its callback completes
          it; do not submit it again before{" "}
          <time datetime={until} title={utcWords(until)} data-local>
            {utcWords(until)}
          </time>
          .
        </p>
      );
    case "unclear":
      return (
        <p class="note">
          The provider's answer to this submission was lost, and no callback came since. Look into your account there:
          if it has the task, open <code>/tasks/</code> with its id behind it, where the provider can be asked for it;
          if not, submit it again.
        </p>
      );
    case "submitted":
      return (
        <p>
          The provider took this as task <a href={`/tasks/${taskId}`}>{taskId}</a>. It is listed here within some
          minutes.
        </p>
      );
  }
}

function FilterForm({ filter: { status, q } }: Pick<ListPageProps, "filter">) {
  return (
    <form method="get" action="/tasks" role="search" class="row filter">
      <label>
        Status
        <select name="status">
          <option value="">all</option>
          {LIST_STATUSES.map((one) => (
            <option value={one} selected={one === status}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label class="grow">
        Title, id or ref
        <input type="search" name="q" value={q ?? ""} maxlength={200} />
      </label>
      <button>Show</button>
    </form>
  );
}

function Rows({ tasks, now }: { readonly tasks: readonly ListedTask[]; readonly now: number }) {
  return (
    <ul class="tasks">
      {tasks.map((task) => (
        <Row task={task} now={now} />
      ))}
    </ul>
  );
}

function Row({ task, now }: { readonly task: ListedTask; readonly now: number }) {
  const { row, view } = task;
  const { taskId, title, stage, stalled, createdAt, ref } = row;
  const trouble = troubleOf(task);
  const tracks = view?.tracks ?? [];
  const kept = tracks.filter(({ audio }) => audio.url !== null);
  const heard =
    tracks.find(({ trackId }) => trackId === row.chosen) ??
    kept.find(({ assessment }) => assessment?.verdict !== "fail") ??
    kept[0];
  const seconds = heard?.assessment?.audio?.durationSeconds ?? heard?.durationSeconds ?? null;
  const created = isoTime(createdAt);
  return (
    <li id={`task-${taskId}`}>
      <Cover file={tracks[0]?.cover ?? { url: null }} link={(path) => path} />
      <div>
        <a class="title" href={`/tasks/${taskId}`}>
          {title ?? task.madeName ?? (isMusicProduct(row.product) ? "Untitled" : productWords(row.product))}
        </a>
        <p class="badges">
          <StageBadge stage={stage} stalled={stalled} whole={isWhole(task)} />
          {verdictsShown(tracks).map((one) => (
            <VerdictBadge {...one} />
          ))}
          <OutcomeBadge outcome={outcomeShown(row)} />
          {row.chosen === null ? null : <Badge tone="good">★ chosen</Badge>}
          {row.tracks === 0 ? null : (
            <span class="hint">
              {row.keptTracks} of {row.tracks} kept
              {seconds === null ? "" : ` · ${clockWords(seconds)}`}
            </span>
          )}
        </p>
        {trouble === null ? null : <p>{trouble}</p>}
        {heard?.audio.url == null ? null : (
          <div
            class="player listen"
            id={`player-${taskId}`}
            data-player={heard.audio.url}
            data-name={heard.title ?? "Untitled"}
            data-seconds={seconds ?? undefined}
            data-cover={heard.cover.url ?? undefined}
          >
            <audio preload="none" src={heard.audio.url}></audio>
          </div>
        )}
        <p class="hint">
          <time datetime={created} title={utcWords(created)} data-local>
            {ageWords(now - createdAt)}
          </time>
          {" · "}
          <code>{taskId}</code>
          {ref === null ? "" : ` · ${ref}`}
        </p>
      </div>
    </li>
  );
}

function Empty({ callBackUrl: { masked, whole } }: { readonly callBackUrl: CallBackUrl }) {
  return (
    <>
      <p>No callback has come yet. Submit tasks to the provider with this callBackUrl, and they appear here:</p>
      <pre tabindex={0}>{masked}</pre>
      {masked === whole ? null : (
        <details>
          <summary>Show the whole address</summary>
          <p class="hint">It is a secret: whoever knows it can report results.</p>
          <pre tabindex={0}>{whole}</pre>
        </details>
      )}
    </>
  );
}

function pageQuery(filter: Filter, cursor: string): string {
  const given = Object.entries(filter).filter(([, value]) => value !== null);
  return String(new URLSearchParams({ ...Object.fromEntries(given), cursor }));
}
