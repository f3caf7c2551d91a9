/**
 * A link of the provider, or nothing. Pure.
 *
 * Missing links come as absent, null, empty, "None", or as a link to a file called `None.mp3`. In August 2026 the
 * provider's CDN closed over night, and links became `…/forbidden`.
 */
const MAX_LINK_CHARS = 4_096;

export interface LinkReading {
  /** The normalized http(s) URL (raw spaces become `%20`). Whether it may be fetched is the fetch policy's. */
  readonly link: string | null;
  /** Why what was sent is no link; null where it is one, or nothing was sent. Never holds the link: it may hold a token. */
  readonly refused: string | null;
}

export function readLink(value: unknown): LinkReading {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "" || text.toLowerCase() === "none") return { link: null, refused: null };
  if (text.length > MAX_LINK_CHARS) return refused(`it is longer than ${MAX_LINK_CHARS} characters`);
  // Parsing leaves these out, and a host may be written in letters that stand for others: what a redaction saw in parts
  // would be whole again.
  if (/[\t\r\n]/.test(text)) return refused("it goes over several lines");
  const url = URL.parse(text);
  if (url === null) return refused("it is no URL");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return refused(`its scheme is ${url.protocol.slice(0, 32)}`);
  if (!/^\w+:\/\/[!-~]+(?:[/?#]|$)/.test(text)) return refused("it does not begin as a link does");
  if (/\/none(\.\w+)?$/i.test(url.pathname)) return refused("it leads to None");
  if (/\/forbidden\/?$/i.test(url.pathname)) return refused("it leads to …/forbidden");
  if (url.href.length > MAX_LINK_CHARS) return refused(`it is longer than ${MAX_LINK_CHARS} characters`);
  return { link: url.href, refused: null };
}

export function linkOf(value: unknown): string | null {
  return readLink(value).link;
}

function refused(why: string): LinkReading {
  return { link: null, refused: `refused_link: the provider sent a link that cannot be used: ${why}` };
}
