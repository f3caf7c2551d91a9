/**
 * A link of the provider, or nothing. Pure.
 *
 * Missing links come as absent, null, empty, "None", or as a link to a file called `None.mp3`.
 */
const MAX_LINK_CHARS = 4_096;

/** The normalized http(s) URL (raw spaces become `%20`), or null. Whether it may be fetched is the source policy's. */
export function linkOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text === "" || text.length > MAX_LINK_CHARS) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  if (/\/none(\.\w+)?$/i.test(url.pathname)) return null;
  return url.href.length > MAX_LINK_CHARS ? null : url.href;
}
