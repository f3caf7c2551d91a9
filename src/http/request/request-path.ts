/** The path of a request, as routes are matched with it. A slash at its end makes no difference. */
import { getPathNoStrict } from "hono/utils/url";

/** A callBackUrl is pasted together by hand, so one with slashes too many leads to the door as well. */
export function pathOf(request: Request): string {
  const path = getPathNoStrict(request);
  return /^\/+callback(?:\/|$)/.test(path) ? path.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "") : path;
}
