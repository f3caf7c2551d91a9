/** What was asked, beside what came. Pure. */
import type { TaskView } from "../../../core/view/view.ts";
import { Badge, type BadgeTone } from "../list/badge.tsx";
import { FIELDS } from "../new/new-page.tsx";

export function RequestTable({ view }: { readonly view: TaskView }) {
  const { request, tracks, source } = view;
  if (request === null)
    return <p class="hint">This task was submitted elsewhere, so what was asked is not known here.</p>;
  const style = tracks.flatMap(({ assessment }) => assessment?.style ?? [])[0];
  return (
    <>
      <div class="scroll" tabindex={0} role="region" aria-label="Table of what was asked and what came">
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Asked</th>
              <th scope="col">Came</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(request).map(([name, value]) =>
              name === "sourceId" ? null : (
                <tr>
                  <th scope="row">{FIELDS[name] ?? name}</th>
                  <td>{shown(value)}</td>
                  <td>{cameOf(name, tracks)}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      {style === undefined ? null : (
        <>
          <p class="hint">Measured: heard in the take. Claimed: only said by the tags that came with it.</p>
          <ul class="terms" aria-label="Style">
            {style.measured.map(({ asked, measured, agrees }) =>
              term(
                agrees === null ? "plain" : agrees ? "good" : "warn",
                `measured: ${asked}, ${agrees === true ? "agrees" : (measured ?? "not clear")}`,
              ),
            )}
            {style.matched.map((one) => term("good", `claimed: ${one}`))}
            {style.missing.map((one) => term("warn", `not claimed: ${one}`))}
            {style.contradicting.map((one) => term("bad", `claims the contrary: ${one}`))}
          </ul>
        </>
      )}
      {source === null || source.findings.length === 0 ? null : (
        <>
          <h3>The source</h3>
          <ul class="findings">
            {source.findings.map(({ level, message }) => (
              <li data-level={level}>{message}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function term(tone: BadgeTone, words: string) {
  return (
    <li>
      <Badge tone={tone}>{words}</Badge>
    </li>
  );
}

/** Several tracks mostly say the same. */
function cameOf(name: string, tracks: TaskView["tracks"]): string {
  const values = tracks.map((track) => {
    if (name === "title") return track.title;
    if (name === "tags") return track.tags;
    return name === "model" ? track.model : null;
  });
  return [...new Set(values.filter((value) => value !== null))].join(" / ");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
