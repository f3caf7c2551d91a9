/** Tasks per day as bars, with the same numbers as text. Pure. */
import type { Scoreboard } from "../../../core/view/statistics.ts";

const WIDTH = 620;
const HEIGHT = 100;

export function DayChart({ days }: { readonly days: Scoreboard["perDay"] }) {
  const most = Math.max(1, ...days.map(({ tasks }) => tasks));
  const step = WIDTH / Math.max(1, days.length);
  const busiest = days.reduce((a, b) => (b.tasks > a.tasks ? b : a), { day: "", tasks: 0, failed: 0 });
  return (
    <>
      <p class="hint">At most {String(busiest.tasks)} on a day</p>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Bars of tasks per day, at most ${busiest.tasks}, on ${busiest.day}`}
      >
        {days.map(({ tasks }, index) => {
          const height = (tasks / most) * HEIGHT;
          return <rect x={index * step + 1} y={HEIGHT - height} width={step - 2} height={height} />;
        })}
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <p class="hint ends">
        <span>{days[0]?.day ?? ""}</span>
        <span>{days.at(-1)?.day ?? ""}</span>
      </p>
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Tasks</th>
              <th scope="col">Failed</th>
            </tr>
          </thead>
          <tbody>
            {days
              .filter(({ tasks }) => tasks > 0)
              .map(({ day, tasks, failed }) => (
                <tr>
                  <td>{day}</td>
                  <td>{String(tasks)}</td>
                  <td>{String(failed)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
