/** `GET /stats`: how the provider did in the last 30 days, in figures and small charts, or as JSON. */
import { Hono } from "hono/tiny";
import type { Scoreboard } from "../../../core/view/statistics.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { requireApiToken } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { DayChart } from "../../pages/stats/day-chart.tsx";
import { Layout } from "../../pages/frame/layout.tsx";
import { nonceOf, page, prefersHtml } from "../../pages/frame/page.ts";
import { takesNoQuery } from "../../request/query.ts";
import { byteWords, reasonWords, spanWords } from "../../pages/frame/words.ts";

export const stats = new Hono<AppEnv>().get("/stats", requireApiToken, takesNoQuery, async (c) => {
  const board: Scoreboard = await catalogOf(c.env).scoreboard(Date.now());
  if (!prefersHtml(c))
    return c.json(board, 200, { "cache-control": "private, no-cache", vary: "Accept, Authorization, Cookie" });
  return page(
    c,
    <Layout title="Stats" nonce={nonceOf(c)} visitor="person">
      <h1>Stats</h1>
      <p class="hint">
        Music tasks of the last 30 days, since {board.since.slice(0, 10)}; times from the first sight of a task.
      </p>
      {board.tasks.all === 0 ? <p>No task yet. Figures appear with the first callback.</p> : <Board board={board} />}
    </Layout>,
  );
});

function Board({ board }: { readonly board: Scoreboard }) {
  const { tasks, perDay, timeToFirst, timeToComplete, failures, tally } = board;
  return (
    <>
      <dl class="figures">
        <Figure name="Tasks" value={String(tasks.all)} />
        <Figure name="Open" value={String(tasks.open)} />
        <Figure name="Complete" value={String(tasks.complete)} />
        <Figure name="Failed" value={String(tasks.failed)} />
        <Figure name="Of the open stalled" value={String(tasks.stalled)} />
      </dl>
      <h2>Tasks per day</h2>
      <DayChart days={perDay} />
      <h2>How long it takes</h2>
      <dl class="figures">
        {timeToFirst === null ? null : <Times name="First take" spread={timeToFirst} />}
        {timeToComplete === null ? null : <Times name="Complete" spread={timeToComplete} />}
      </dl>
      <h2>Callbacks</h2>
      <dl class="figures">
        <Figure name="Received" value={String(tally.callbacks)} />
        <Figure name="Of them repeats" value={String(tally.repeats)} />
        <Figure name="Lost or late, told by asking" value={String(tally.recovered)} />
      </dl>
      <h2>Files</h2>
      <dl class="figures">
        <Figure name="Kept" value={String(tally.copies)} />
        <Figure name="Storage used" value={byteWords(tally.copiedBytes)} />
      </dl>
      <h2>Copies that failed</h2>
      <Counts heading="Attempts" counts={Object.entries(tally.failedCopies)} />
      <h2>Failures</h2>
      <Counts heading="Tasks" counts={failures.map(({ reason, tasks: count }) => [reason, count])} />
    </>
  );
}

interface CountsProps {
  /** What is counted. */
  readonly heading: string;
  /** By reason. */
  readonly counts: readonly (readonly [string, number])[];
}

function Counts({ heading, counts }: CountsProps) {
  if (counts.length === 0) return <p>None.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">{heading}</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(([reason, count]) => (
          <tr>
            <td>{reasonWords(reason)}</td>
            <td>{String(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface TimesProps {
  readonly name: string;
  readonly spread: NonNullable<Scoreboard["timeToFirst"]>;
}

function Times({ name, spread: { medianSeconds, p95Seconds } }: TimesProps) {
  return (
    <>
      <Figure name={`${name}, median`} value={spanWords(medianSeconds * 1_000)} />
      <Figure name={`${name}, 95 of 100 within`} value={spanWords(p95Seconds * 1_000)} />
    </>
  );
}
