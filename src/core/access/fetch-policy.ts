/**
 * Which addresses may be fetched. Every link, cover and redirect hop passes here first.
 *
 * The default: https on port 443 of a public DNS name. A configured list replaces it, CSP-style
 * (`https://*.example.com http://127.0.0.1:*`), and may name loopback: demos and tests run that way.
 * Pure. The URL parser has already turned every notation of an IPv4 address into the dotted one.
 */
export interface OriginPattern {
  readonly protocol: "https:" | "http:";
  /** Without the `*.`. */
  readonly host: string;
  readonly subdomains: boolean;
  /** Empty for the protocol's own port, `*` for any. */
  readonly port: string;
}

export interface SourcePolicy {
  /** The variable that holds the list, for the reason of a refusal. */
  readonly setting: "AUDIO_ORIGINS" | "SOURCE_ORIGINS";
  /** Null: the default. An empty list allows nothing. */
  readonly origins: readonly OriginPattern[] | null;
  /** Hosts (with port) that are this Worker: fetching them would be a loop. */
  readonly ownHosts: readonly string[];
}

/** Reads one entry of `AUDIO_ORIGINS`; null where it is none. */
export function originPattern(text: string): OriginPattern | null {
  const match = /^(https?:)\/\/(\*\.)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}|\*))?\/?$/.exec(text);
  if (match === null) return null;
  const [, protocol, wildcard, host, port] = match;
  const url = URL.parse(`${protocol}//${host}${port === undefined || port === "*" ? "" : `:${port}`}`);
  if (url === null || (protocol !== "https:" && protocol !== "http:")) return null;
  return {
    protocol,
    host: plainHost(url.hostname),
    subdomains: wildcard !== undefined,
    port: port === "*" ? "*" : url.port,
  };
}

export function isLoopback(pattern: OriginPattern): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(pattern.host);
}

/** Why this address may not be fetched, or null where it may. The reason names no path: that may hold a token. */
export function refusal(address: string, policy: SourcePolicy): string | null {
  const url = URL.parse(address);
  if (url === null) return "refused: not a URL";
  if (url.protocol !== "https:" && url.protocol !== "http:") return `refused: ${url.protocol} is not https:`;
  if (url.username !== "" || url.password !== "") return "refused: the link carries a user name or password";
  const own = plainHost(url.host);
  if (policy.ownHosts.some((host) => plainHost(host) === own)) return `refused: ${own} is this Worker`;
  if (policy.origins === null) return publicRefusal(url);
  return policy.origins.some((pattern) => matches(url, pattern))
    ? null
    : `refused: ${url.origin} is not in ${policy.setting}`;
}

/** Never public by RFC 6761, 6762, 8375, 9476 or by long custom inside networks. */
const INTERNAL_SUFFIXES = new Set([
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "localdomain",
  "home",
  "corp",
  "private",
  "arpa",
  "onion",
  "test",
  "invalid",
  "alt",
]);

/** DNS services whose names stand for whatever address is written in them, or for this machine. */
const NAMED_ADDRESSES = [
  "nip.io",
  "sslip.io",
  "xip.io",
  "traefik.me",
  "localtest.me",
  "lvh.me",
  "vcap.me",
  "lacolhost.com",
  "local.gd",
  "localho.st",
  "backname.io",
  "ip.addr.tools",
  "1u.ms",
  "rbndr.us",
] as const;

/** Why this is no https address of a public name, or null where it is. */
export function publicRefusal(url: URL): string | null {
  if (url.protocol !== "https:") return `refused: ${url.protocol} is not https:`;
  if (url.port !== "") return `refused: port ${url.port} is not 443`;
  const host = plainHost(url.hostname);
  if (host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host))
    return `refused: ${host} is an IP address, not a public name`;
  const labels = host.split(".");
  const suffix = labels.at(-1) ?? "";
  const isNamedAddress = NAMED_ADDRESSES.some((name) => host === name || host.endsWith(`.${name}`));
  if (labels.length < 2 || labels.includes("") || INTERNAL_SUFFIXES.has(suffix) || isNamedAddress)
    return `refused: ${host} is not a public name`;
  return null;
}

function matches(url: URL, pattern: OriginPattern): boolean {
  const host = plainHost(url.hostname);
  if (url.protocol !== pattern.protocol) return false;
  if (pattern.port !== "*" && url.port !== pattern.port) return false;
  return pattern.subdomains ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
}

/** Lower-case and without the dot that ends a full name: `Example.com.:8443` is `example.com:8443`. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.(?=$|:\d+$)/, "");
}
