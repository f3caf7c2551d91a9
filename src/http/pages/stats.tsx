/** `GET /stats`: how the provider did in the last 30 days, in figures and small charts, or as JSON. */
import { Hono } from "hono";
import type { Scoreboard } from "../../core/scoreboard.ts";
import { catalogOf } from "../../platform/catalog.ts";
import { requireApiToken } from "../access.ts";
import type { AppEnv } from "../app-env.ts";
import { DayChart } from "./day-chart.tsx";
import { Layout } from "./layout.tsx";
import { nonceOf, page, prefersHtml } from "./page.ts";
import { reasonWords, spanWords } from "./words.ts";

export const stats = new Hono<AppEnv>().get("/stats", requireApiToken, async (c) => {
  const board: Scoreboard = await catalogOf(c.env).scoreboard(Date.now());
  if (!prefersHtml(c))
    return c.json(board, 200, { "cache-control": "private, no-cache", vary: "Accept, Authorization, Cookie" });
  return page(
    c,
    <Layout title="Stats" nonce={nonceOf(c)} signedIn>
      <h1>Stats</h1>
      <p class="hint">The last 30 days, since {board.since.slice(0, 10)}; times from the first sight of a task.</p>
      {board.tasks.all === 0 ? <p>No task yet. Figures appear with the first callback.</p> : <Board board={board} />}
    </Layout>,
  );
});

function Board({ board }: { readonly board: Scoreboard }) {
  const { tasks, perDay, timeToFirst, timeToComplete, failures } = board;
  return (
    <>
      <dl class="figures">
        <Figure name="Tasks" value={String(tasks.all)} />
        <Figure name="Open" value={String(tasks.open)} />
        <Figure name="Complete" value={String(tasks.complete)} />
        <Figure name="Failed" value={String(tasks.failed)} />
        <Figure name="Stalled now" value={String(tasks.stalled)} />
      </dl>
      <h2>Tasks per day</h2>
      <DayChart days={perDay} />
      <h2>How long it takes</h2>
      <dl class="figures">
        {timeToFirst === null ? null : <Times name="First track" spread={timeToFirst} />}
        {timeToComplete === null ? null : <Times name="Complete" spread={timeToComplete} />}
      </dl>
      <h2>Failures</h2>
      {failures.length === 0 ? (
        <p>None.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">Tasks</th>
            </tr>
          </thead>
          <tbody>
            {failures.map(({ reason, tasks: count }) => (
              <tr>
                <td>{reasonWords(reason)}</td>
                <td>{String(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
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
