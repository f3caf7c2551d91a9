/**
 * What a kept file is called when it is saved. Pure.
 *
 * Titles are the provider's text: a CR in a header value would make a permanent 500. The ASCII name keeps to
 * `[A-Za-z0-9 ._-]`; the full one goes through RFC 8187 encoding (the `content-disposition` package).
 */
import { create } from "content-disposition";
import { redact, type Redaction } from "../provider/redaction.ts";

export interface Named {
  readonly title: string | null;
  /** Which of the task's tracks, from 1: it keeps the names of a task's files apart. */
  readonly take?: number | undefined;
}

/** "Title (take 1)", without anything that a file system or an archive could not take. */
export function fileTitle({ title, take }: Named): string | null {
  const name = readable(title ?? "");
  if (take === undefined) return name === "" ? null : name;
  return `${name || "Track"} (take ${take})`;
}

/** The header's value for a title (may be null) and an extension without its dot. `redaction` is for the ASCII name. */
export function contentDisposition(
  title: string | null,
  fallback: string,
  extension: string,
  { type, redaction }: { readonly type: "inline" | "attachment"; readonly redaction: Redaction },
): string {
  const name = readable(title ?? "") || fallback;
  const folded = name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9 ._-]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  // What stood between two halves of a secret is gone.
  const ascii = redact(folded, redaction);
  return create(`${name}.${extension}`, { type, fallback: `${ascii || "track"}.${extension}` });
}

/** Without control characters, direction marks, half characters and what file systems forbid; never hidden by a dot. */
function readable(title: string): string {
  const plain = title
    .replace(/[\p{C}\\/:*?"<>|]/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+/, "");
  return plain
    .slice(0, 120)
    .replace(/\p{Cs}$/u, "")
    .trim();
}
