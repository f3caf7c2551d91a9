/** What the commands that speak to a deployed Worker are told: its address, and its secrets from the environment or `.dev.vars`. */
import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import type { Secret } from "../core/secrets.ts";

/** The environment goes first. Secrets are never printed. */
export async function readSettings(): Promise<Readonly<Record<string, string | undefined>>> {
  const file = await readFile(".dev.vars", "utf8").catch(() => "");
  const given = Object.entries(process.env).filter(([, value]) => value !== undefined && value !== "");
  return { ...parseEnv(file), ...Object.fromEntries(given) };
}

export function firstOf(secret: Secret): string | null {
  return secret.state === "set" ? (secret.values[0] ?? null) : null;
}

/** `wrong` is a sentence. An address that is more than an origin may hold a token, so it is not repeated. */
export function originIn(addresses: readonly string[]): { readonly origin: string } | { readonly wrong: string } {
  const [address] = addresses;
  if (address === undefined || addresses.length > 1) return { wrong: "Give the address of one Worker." };
  const url = URL.parse(address);
  if (url === null || url.href !== `${url.origin}/`)
    return { wrong: "Give the origin alone, like https://backline.example.com: no path, no token." };
  return { origin: url.origin };
}
