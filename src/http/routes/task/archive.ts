/** `GET /tasks/:id/files.zip`: all kept files in one archive, streamed as they come from R2, and not compressed again. */
import { downloadZip } from "client-zip";
import { Hono } from "hono/tiny";
import { contentDisposition, fileTitle } from "../../../core/audio/file-name.ts";
import type { AppEnv } from "../../app-env.ts";
import { Problem } from "../../problem.ts";
import { fileQuery, parseQuery } from "../../request/query.ts";
import { readMadeName } from "../../reading/made-name.ts";
import { readKeptFiles, readTask, taskIdOf } from "../../reading/task-reader.ts";
import { readingOf } from "./tasks.ts";

/** Behind `requireApiToken`; a share opens it only if it was made for it. */
export const archive = new Hono<AppEnv>().get("/tasks/:id/files.zip", async (c) => {
  parseQuery(fileQuery, c);
  const told = await readKeptFiles(readingOf(c));
  const there = await Promise.all(told.map(({ key }) => c.env.AUDIO.head(key)));
  const kept = told.filter((_, index) => there[index] !== null);
  // What is gone is fetched again from now on.
  for (const { key } of told)
    if (!kept.some((one) => one.key === key)) await c.env.TASKS.getByName(taskIdOf(c)).missing(key);
  if (kept.length === 0)
    throw new Problem("file_not_found", "No file of this task is kept (yet). GET /tasks/:id says how it stands.");
  const entries = kept.map(({ key, bytes, ...named }) => ({
    key,
    name: `${fileTitle(named) ?? named.trackId}.${key.slice(key.lastIndexOf(".") + 1)}`,
    size: bytes,
  }));
  const bucket = c.env.AUDIO;
  async function* files() {
    for (const { key, name, size } of entries) {
      const object = await bucket.get(key);
      // The length was told: what is missing breaks the download rather than leaving a hole.
      if (object === null) throw new Error("a kept file is gone from R2");
      yield { name, size, input: object.body, lastModified: object.uploaded };
    }
  }
  const zip = downloadZip(files(), { metadata: entries.map(({ name, size }) => ({ name, size })) });
  // The title of a file of another product is its name there, as `vocal`.
  const title =
    kept.find((file) => file.take !== undefined && file.title !== null)?.title ??
    (await readMadeName(c.env, await readTask(readingOf(c))));
  const headers = {
    "content-type": "application/zip",
    "content-length": zip.headers.get("content-length") ?? "",
    "content-disposition": contentDisposition(title, "tracks", "zip", {
      type: "attachment",
      redaction: c.get("config").redaction,
    }),
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
  };
  return new Response(zip.body, { headers });
});
