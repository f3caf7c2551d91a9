/**
 * The kept files: `GET|HEAD /tasks/:id/tracks/:trackId/audio` and `/cover`, and `/tasks/:id/files/:name` of another
 * product than music, with ranges, for players and downloads.
 *
 * Bytes come straight from R2 under the type that they proved to have. Source: RFC 9110 sections 13 and 14.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { cors } from "hono/cors";
import parseRange from "range-parser";
import type { FileKind } from "../../../core/task/event.ts";
import { contentDisposition, fileTitle } from "../../../core/audio/file-name.ts";
import type { KeptFile } from "../../../core/view/kept-file.ts";
import { requireApiToken } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { isKnown, isMet } from "../../request/entity-tag.ts";
import { Problem } from "../../problem.ts";
import { fileQuery, parseQuery, takesNoQuery } from "../../request/query.ts";
import { present, readKeptFiles, readTask, taskIdOf } from "../../reading/task-reader.ts";
import { readingOf } from "./tasks.ts";

/** Players on any page may ask; the API token is what opens. */
const forPlayers = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD"],
  allowHeaders: ["Authorization", "Range", "If-Range", "If-None-Match", "If-Match", "If-Unmodified-Since"],
  exposeHeaders: ["Content-Length", "Content-Range", "Accept-Ranges", "Content-Disposition", "ETag", "Last-Modified"],
  maxAge: 86_400,
});

export const files = new Hono<AppEnv>()
  .use("/tasks/:id/tracks/:trackId/:file{audio|cover|waveform}", forPlayers, requireApiToken)
  .use("/tasks/:id/files/:name", forPlayers, requireApiToken)
  .get("/tasks/:id/tracks/:trackId/audio", (c) => serve(c, "audio"))
  .get("/tasks/:id/tracks/:trackId/cover", (c) => serve(c, "cover"))
  .get("/tasks/:id/files/:name", (c) => serve(c, "file"))
  .get("/tasks/:id/tracks/:trackId/waveform", takesNoQuery, (c) => serveWaveform(c));

async function serve(c: Context<AppEnv>, file: FileKind): Promise<Response> {
  parseQuery(fileQuery, c);
  const kept = await keptFileOf(c, file);
  // What KV tells of may have been swapped, or lost: the object knows.
  return (await answer(c, kept)) ?? (await answer(c, await keptInstead(c, kept))) ?? goneOf(kept);
}

async function answer(c: Context<AppEnv>, kept: KeptFile): Promise<Response | null> {
  return serveFile(c, kept, dispositionOf(c, kept));
}

/** The bytes of an object in R2, with ranges, under the type that they proved to have; null where R2 lacks it. */
export async function serveFile(
  c: Context<AppEnv>,
  kept: Pick<KeptFile, "key" | "bytes" | "sha256" | "contentType" | "keptAt">,
  disposition: string,
): Promise<Response | null> {
  const tag = `"${kept.sha256}"`;
  const lastModified = new Date(kept.keptAt).toUTCString();
  const headers = {
    etag: tag,
    "last-modified": lastModified,
    "accept-ranges": "bytes",
    "content-type": kept.contentType,
    "content-disposition": disposition,
    "cache-control": "private, no-cache",
    vary: "Authorization, Cookie",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
  };
  if (!isMet(c, tag, kept.keptAt)) {
    throw new Problem("precondition_failed", "The file is another one by now: fetch it from its first byte.", {
      etag: tag,
    });
  }
  if (isKnown(c, tag)) return c.body(null, 304, headers);

  const range = rangeOf(c, kept.bytes, [tag, lastModified]);
  if (range === "unsatisfiable") {
    throw new Problem("range_not_satisfiable", `The file has ${kept.bytes} bytes.`, {
      "content-range": `bytes */${kept.bytes}`,
    });
  }
  const length = range === null ? kept.bytes : range.end - range.start + 1;
  const sized = { ...headers, "content-length": String(length) };
  const partial =
    range === null ? sized : { ...sized, "content-range": `bytes ${range.start}-${range.end}/${kept.bytes}` };
  const status = range === null ? 200 : 206;
  if (c.req.method === "HEAD") {
    const found = await c.env.AUDIO.head(kept.key);
    return found === null ? null : c.body(null, status, partial);
  }
  const object = await c.env.AUDIO.get(kept.key, range === null ? {} : { range: { offset: range.start, length } });
  return object === null ? null : c.body(object.body, status, partial);
}

/** What the task's object has in place of a key that R2 does not have. What is gone is fetched again from then on. */
async function keptInstead(c: Context<AppEnv>, missed: KeptFile): Promise<KeptFile> {
  const now = present<readonly KeptFile[]>(await c.env.TASKS.getByName(taskIdOf(c)).missing(missed.key));
  const kept = now.find(({ file, trackId }) => file === missed.file && trackId === missed.trackId);
  return kept ?? goneOf(missed);
}

function goneOf({ file }: KeptFile): never {
  throw new Problem(
    "file_gone",
    `The kept ${file} is gone from the R2 bucket: something outside of Backline deleted it. It is being fetched again; GET /tasks/:id says how that goes.`,
  );
}

/** The picture of a kept track, in the format of audiowaveform 2. */
async function serveWaveform(c: Context<AppEnv>): Promise<Response> {
  const { sha256, waveform } = await keptFileOf(c, "audio");
  if (waveform === undefined) {
    throw new Problem(
      "file_not_found",
      "This track has no waveform (yet). Its assessment in GET /tasks/:id says why; POST /tasks/:id/assess makes one.",
    );
  }
  const tag = `"${sha256}-${waveform.analyzerVersion}"`;
  const headers = {
    etag: tag,
    "content-type": "application/json",
    "cache-control": "private, no-cache",
    vary: "Authorization, Cookie",
    "cross-origin-resource-policy": "cross-origin",
  };
  if (isKnown(c, tag)) return c.body(null, 304, headers);
  const object = await c.env.AUDIO.get(waveform.key);
  if (object === null) throw new Problem("file_not_found", "The waveform is gone from the R2 bucket.");
  return c.body(object.body, 200, headers);
}

async function keptFileOf(c: Context<AppEnv>, file: FileKind): Promise<KeptFile> {
  const asked = c.req.param("trackId") ?? c.req.param("name") ?? "";
  // What is published may be older than a file that the task has got since.
  for (const current of [false, true]) {
    const keptFiles = await readKeptFiles({ ...readingOf(c), current });
    const kept = keptFiles.find((one) => one.file === file && one.trackId === asked);
    if (kept !== undefined) return kept;
  }
  const { tracks, files } = await readTask({ ...readingOf(c), current: true });
  const isFile = file === "file";
  const names = isFile ? files.map(({ name }) => name) : tracks.map(({ trackId }) => trackId);
  const why = names.includes(asked)
    ? "GET /tasks/:id says what is stored, and why it is not."
    : `The task has ${isFile ? "" : "no such track. It has "}${names.join(", ") || "none yet"}.`;
  if (isFile) throw new Problem("file_not_found", `No file of this name is stored. ${why}`);
  throw new Problem("file_not_found", names.includes(asked) ? `No ${file} is stored for this track. ${why}` : why);
}

/** `?download` saves it, else it plays where it is. Named like the file in the archive of all. */
function dispositionOf(c: Context<AppEnv>, kept: KeptFile): string {
  const { key, file, trackId } = kept;
  const extension = key.slice(key.lastIndexOf(".") + 1);
  const type = c.req.query("download") === undefined ? "inline" : "attachment";
  return contentDisposition(fileTitle(kept), `${file}-${trackId}`, extension, {
    type,
    redaction: c.get("config").redaction,
  });
}

/**
 * One satisfiable range, or null for the whole file: that is what a malformed, stale or multiple range asks for, and
 * what a HEAD is about (RFC 9110 section 14.2).
 */
function rangeOf(
  c: Context,
  bytes: number,
  validators: readonly string[],
): { readonly start: number; readonly end: number } | "unsatisfiable" | null {
  const header = c.req.header("range");
  const condition = c.req.header("if-range");
  if (c.req.method !== "GET" || header === undefined || (condition !== undefined && !validators.includes(condition)))
    return null;
  const asked = plainRange(header);
  if (asked === null) return null;
  // A suffix longer than the file is the whole file (section 14.1.2); the parser takes it for unsatisfiable.
  const [, suffix] = /^bytes=-(\d+)$/.exec(asked) ?? [];
  if (suffix !== undefined && Number(suffix) > bytes) return { start: 0, end: bytes - 1 };
  const ranges = parseRange(bytes, asked);
  if (ranges === -1) return "unsatisfiable";
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return null;
  const [range] = ranges;
  return range === undefined ? null : range;
}

/**
 * As the parser takes it: the unit in lower case (section 14.1), no empty elements of the list (section 5.6.1). Null
 * where a range ends before it begins, which makes the whole header one to be ignored (section 14.1.1).
 */
function plainRange(header: string): string | null {
  const [, unit = "", list = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(header) ?? [];
  const ranges = list.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
  const isReversed = ranges.some((range) => {
    const [, first, last] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    return first !== undefined && Number(last) < Number(first);
  });
  return isReversed || ranges.length === 0 ? null : `${unit.toLowerCase()}=${ranges.join(",")}`;
}
