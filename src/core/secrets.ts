/**
 * The secrets of the configuration: set, missing or invalid, and what to do about it.
 *
 * Fail closed: a secret that is not set leaves its door shut. A token has to work as it is pasted into a URL, so it holds
 * what needs no escaping, and it has to be hard to guess. Pure. A cure never shows a value.
 */

/** A secret that may be rotating: any of its values opens. */
export type Secret =
  | { readonly state: "set"; readonly values: readonly string[] }
  | { readonly state: "missing" | "invalid"; readonly name: string; readonly cure: string };

const MIN_TOKEN_CHARS = 32;
const MIN_DISTINCT = 16;
/** There are sixteen hex digits, and a random value may lack some. */
const MIN_DISTINCT_HEX = 8;

/** A token of ours: 32 or more of `A-Z a-z 0-9 _ -`. */
export function tokenOf(name: string, value: string): Secret {
  const secret = secretOf(name, value, MIN_TOKEN_CHARS);
  if (secret.state !== "set") return secret;
  if (!secret.values.every((part) => /^[\w-]+$/.test(part)))
    return invalid(
      name,
      "holds a character that does not stand in a URL as it is",
      "of A-Z a-z 0-9 _ - alone, such as `openssl rand -hex 32` prints",
    );
  if (secret.values.some(isMonotonous))
    return invalid(name, `has fewer than ${MIN_DISTINCT} different characters`, "that is random");
  return secret;
}

/** Any text of a least length. */
export function secretOf(name: string, value: string, minChars: number): Secret {
  if (value === "") return { state: "missing", name, cure: `${name} is not set: ${putOf(name)}.` };
  const values = partsOf(value);
  if (values.includes("")) return invalid(name, "has an empty part between commas", "for each part");
  if (values.some(({ length }) => length < minChars))
    return invalid(name, `is shorter than ${minChars} characters`, "that is longer");
  return { state: "set", values };
}

/** Of secrets that share a value the first stays: what opens two doors is known to the people of both. */
export function apart<K extends string>(secrets: Readonly<Record<K, Secret>>): Record<K, Secret>;
export function apart(secrets: Readonly<Record<string, Secret>>): Record<string, Secret> {
  const owners = new Map<string, string>();
  const entries = Object.entries(secrets).map(([name, secret]): [string, Secret] => {
    if (secret.state !== "set") return [name, secret];
    const owner = secret.values.map((value) => owners.get(value)).find((one) => one !== undefined);
    if (owner !== undefined) return [name, invalid(name, `has the same value as ${owner}`, "of its own")];
    for (const value of secret.values) owners.set(value, name);
    return [name, secret];
  });
  return Object.fromEntries(entries);
}

export function partsOf(value: string): readonly string[] {
  return value.split(",").map((part) => part.trim());
}

function isMonotonous(value: string): boolean {
  return new Set(value).size < (/^[0-9a-f]+$/i.test(value) ? MIN_DISTINCT_HEX : MIN_DISTINCT);
}

function invalid(name: string, fault: string, wanted: string): Secret {
  return { state: "invalid", name, cure: `${name} ${fault}: ${putOf(name)} with a value ${wanted}.` };
}

/** What is to be done where the key is not set, as the end of a sentence. */
export const SET_PROVIDER_KEY =
  "run `npx wrangler secret put PROVIDER_API_KEY` (locally: set PROVIDER_API_KEY in .dev.vars)";

function putOf(name: string): string {
  return `run \`npx wrangler secret put ${name}\` (locally: \`npm run setup\`, which writes .dev.vars)`;
}
