/** Entity tags of JSON representations, and the conditions on them (RFC 9110 section 13.1.2). */
import type { Context } from "hono";
import { sha256Hex } from "../../core/ids.ts";

/** Names the representation: the same view in the same words. */
export function tagOf(json: string): string {
  return `"${sha256Hex(json).slice(0, 32)}"`;
}

/** Whether the conditions of a request on what it is about hold (RFC 9110 section 13.1): if not, the answer is 412. */
export function isMet(c: Context, tag: string, changedAt: number): boolean {
  const match = c.req.header("if-match");
  if (match !== undefined) return match.split(",").some((part) => part.trim() === "*" || part.trim() === tag);
  const since = Date.parse(c.req.header("if-unmodified-since") ?? "");
  return Number.isNaN(since) || Math.floor(changedAt / 1_000) * 1_000 <= since;
}

/** Whether If-None-Match holds the tag. Weak comparison, as it asks for. */
export function isKnown(c: Context, tag: string): boolean {
  const header = c.req.header("if-none-match") ?? "";
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === tag);
}
