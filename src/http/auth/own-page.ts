/**
 * Does a request come from a page of ours? What a browser says of that (`Sec-Fetch-Site`, `Origin`) cannot be forged by
 * another site, whatever the method and the content type.
 */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";

/** For what acts by cookie: only what a browser vouches for will do. */
export function requireOwnPage<P extends string>(c: Context<AppEnv, P>): void {
  if (provenanceOf(c) !== "own") throw crossSite();
}

/** For a login: what no browser sent is welcome too. */
export function refuseOtherSites<P extends string>(c: Context<AppEnv, P>): void {
  if (provenanceOf(c) === "foreign") throw crossSite();
}

/** Our pages send no referrer, and a browser then writes `Origin: null`. */
function provenanceOf<P extends string>(c: Context<AppEnv, P>): "own" | "foreign" | "unknown" {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site === undefined && origin === undefined) return "unknown";
  if (site !== undefined && site !== "same-origin") return "foreign";
  if (origin === undefined || (origin === "null" && site !== undefined)) return "own";
  const own = [new URL(c.req.url).origin, c.get("config").publicUrl?.origin];
  return own.includes(origin) ? "own" : "foreign";
}

function crossSite(): Problem {
  return new Problem(
    "cross_site",
    "This came by cookie from another site, or from a browser that does not say. Use the pages of this Worker, or send the API token: `Authorization: Bearer <API_TOKEN>`.",
  );
}
