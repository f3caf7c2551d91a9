/**
 * Opens a file of the provider under the source policy: every hop is checked, silence has a bound.
 */
import { refusal, type SourcePolicy } from "../../core/access/fetch-policy.ts";
import { announcedBytes } from "./body-reader.ts";
import type { StallWatch } from "./stall-watch.ts";

/** Why there is nothing to read. `dead`: the link itself is no good, as against a passing fault. */
export interface Refusal {
  readonly reason: string;
  readonly dead: boolean;
}

const MAX_REDIRECTS = 3;
/** The link is gone, expired (441 is the provider's own), or closed to us. */
const DEAD_STATUS = new Set([401, 403, 404, 410, 441, 451]);

/** Follows redirects by hand, so that every hop passes the policy. */
export async function openSource(
  address: string,
  policy: SourcePolicy,
  watch: StallWatch,
): Promise<Response | Refusal> {
  let url = address;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const refused = refusal(url, policy);
    if (refused !== null) return { reason: hop === 0 ? refused : `${refused} (redirect ${hop})`, dead: true };
    watch.restart();
    const response = await fetch(url, {
      redirect: "manual",
      // An edge cache between would repeat a cut or stale file for hours.
      cache: "no-store",
      signal: watch.signal,
      // Some of the provider's hosts refuse clients that do not name themselves; compression would hide the length.
      headers: { "user-agent": "Backline/1.0", accept: "audio/*, image/*, */*;q=0.5", "accept-encoding": "identity" },
    });
    watch.pause();
    if (response.status === 200 || isFromStart(response)) return response;
    await response.body?.cancel();
    if (response.status === 206)
      return { reason: "http_206: the server sent a part, though the whole file was asked for", dead: false };
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      return {
        reason: `http_${response.status}: the server answered ${response.status}`,
        dead: DEAD_STATUS.has(response.status),
      };
    }
    const next = URL.parse(location, url);
    if (next === null) return { reason: "bad_redirect: the redirect leads nowhere", dead: true };
    url = next.href;
  }
  return { reason: `bad_redirect: more than ${MAX_REDIRECTS} redirects`, dead: true };
}

/** Some servers answer every request with a range: one from the first byte on is the file, or as much of it as comes. */
function isFromStart(response: Response): boolean {
  const [, last, whole] = rangeOf(response);
  const isWhole = whole === "*" || Number(last) + 1 === Number(whole);
  return whole !== undefined && (isWhole || announcedBytes(response) !== null);
}

/** How many bytes the file has, where that is told; of a range from the first byte on it may be more than come. */
export function wholeBytes(response: Response): number | null {
  const arriving = announcedBytes(response);
  const whole = Number(rangeOf(response)[2]);
  return arriving !== null && whole > arriving ? whole : arriving;
}

function rangeOf({ status, headers }: Response): readonly (string | undefined)[] {
  const range = status === 206 ? (headers.get("content-range") ?? "") : "";
  return /^bytes 0-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(range) ?? [];
}
