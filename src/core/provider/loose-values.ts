/**
 * Values of a sender that keeps to no schema: read what can be read, null for the rest. Pure.
 */

/** An object of unknown fields. */
export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of the values that holds text. */
export function firstText(values: readonly unknown[]): string | null {
  for (const value of values) {
    const text = toText(value, 2_000);
    if (text !== null) return text;
  }
  return null;
}

/**
 * Trimmed, well-formed and cut to `maxChars`; numbers count as text; null for anything else, and for nothing. A whole
 * number over 2^53 was rounded when it was parsed: as an id it would be another's, so it is nothing.
 */
export function toText(value: unknown, maxChars: number): string | null {
  const raw = isExact(value) ? String(value) : value;
  if (typeof raw !== "string") return null;
  const text = raw.trim().slice(0, maxChars).toWellFormed();
  return text === "" ? null : text;
}

function isExact(value: unknown): value is number {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** A whole number, or one in digits. */
export function toInteger(value: unknown): number | null {
  const number = typeof value === "string" && /^\s*\d{1,6}\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** Seconds; 0 means that the provider does not know yet. */
export function toDuration(value: unknown): number | null {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/** The object that a JSON string holds, or is itself. */
export function embedded(value: unknown): Fields {
  const held = typeof value === "string" ? jsonOf(value) : value;
  return isRecord(held) ? held : {};
}

/** Null for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
