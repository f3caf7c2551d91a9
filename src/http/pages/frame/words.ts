/** Numbers and times in words, as the pages show them. Pure. */
import type { Product } from "../../../core/provider/products/products.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long something took: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min", "3 days". */
export function spanWords(ms: number): string {
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return twoUnits(ms, MINUTE_MS, "min", SECOND_MS, "s");
  if (ms < DAY_MS) return twoUnits(ms, HOUR_MS, "h", MINUTE_MS, "min");
  return counted(Math.floor(ms / DAY_MS), "day");
}

/** "just now", "5 min ago", "2 days ago". */
export function ageWords(ms: number): string {
  if (ms < MINUTE_MS) return "just now";
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  return `${counted(Math.floor(ms / DAY_MS), "day")} ago`;
}

/** The length of music: "3:05". */
export function clockWords(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** In powers of ten: "2 kB", "3.4 MB". */
export function byteWords(bytes: number): string {
  if (bytes < 1_000) return counted(bytes, "byte");
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** "1 track", "2 tracks". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "2026-11-23 18:04:05 UTC" of a time in ISO 8601. */
export function utcWords(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** "Cover art". */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "Cover art", "WAV". */
export function productWords(product: Product): string {
  return product === "wav" || product === "midi" ? product.toUpperCase() : capitalized(product.replaceAll("_", " "));
}

/** A title that turns the direction of writing turns nothing that stands after it. */
export function titleWords(title: string | null): string {
  return /[\u202a-\u202e]/.test(title ?? "") ? `\u2068${title}\u2069` : (title ?? "Untitled");
}

/** Reasons are told as `code: what happened`, codes with underscores. */
export function reasonWords(reason: string): string {
  const [, code = reason, rest] = /^([a-z][a-z0-9_]*)(?:: ?(.*))?$/s.exec(reason) ?? [];
  const words = code.replaceAll("_", " ");
  return rest === undefined || rest === "" ? words : `${words}: ${rest}`;
}

function twoUnits(ms: number, unitMs: number, unit: string, partMs: number, part: string): string {
  const rest = Math.floor((ms % unitMs) / partMs);
  return `${Math.floor(ms / unitMs)} ${unit}${rest === 0 ? "" : ` ${rest} ${part}`}`;
}
