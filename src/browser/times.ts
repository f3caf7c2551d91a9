/** Moments in the reader's own time: relative where they are recent, the exact one and UTC on hover. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function localTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const at = Date.parse(time.dateTime);
    const utc = time.title.split(" = ").at(-1) ?? "";
    time.title = `${exact.format(at)} = ${utc}`;
    time.textContent = recently(Date.now() - at) ?? exact.format(at);
  }
}

function recently(ageMs: number): string | null {
  // A clock may be a little behind; what is to come is told exactly.
  if (ageMs < -MINUTE_MS) return null;
  if (ageMs < MINUTE_MS) return "just now";
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`;
  return ageMs < DAY_MS ? `${Math.floor(ageMs / HOUR_MS)} h ago` : null;
}
