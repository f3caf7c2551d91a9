/** The kept files. */
import { waveform } from "../core/audio/sound/waveform.ts";
import { MIDI_TYPE } from "../core/audio/format.ts";
import { fileQuery, sourceQuery } from "../http/request/query.ts";
import { EXAMPLE_VALUES, SHA256 } from "./examples/examples.ts";
import { WAVEFORM_EXAMPLE } from "./examples/assessment-examples.ts";
import {
  header,
  headerParameter,
  jsonResponse,
  pathParameter,
  queryParameters,
  readOperation,
  sharedOperation,
  type PathItem,
} from "./operation.ts";

const TAG = ["Files"] as const;

const ids = [
  pathParameter("id", "The provider's task id."),
  pathParameter("trackId", "As the task's view names it."),
] as const;
const conditions = [
  headerParameter("If-Match", "412 unless the file has this tag: for a download that goes on where it broke off."),
  headerParameter("If-Unmodified-Since", "412 where the file was kept later than this."),
] as const;

const ifNoneMatch = headerParameter("If-None-Match", "304 while the file has this tag.");

const conditional = [...queryParameters(fileQuery), ifNoneMatch, ...conditions] as const;

const rangeParameters = [
  headerParameter("Range", "One range of bytes; several, or a malformed one, ask for the whole file."),
  headerParameter("If-Range", "The range counts only while the file has this tag."),
] as const;

const headers = {
  ETag: header("The SHA-256 of the file.", EXAMPLE_VALUES["If-Range"]),
  "Last-Modified": header("When the file was kept.", "Thu, 29 Jan 2026 07:15:20 GMT"),
  "Accept-Ranges": header("Always `bytes`.", "bytes"),
  "Content-Disposition": header("A readable file name.", 'inline; filename="Midnight Bossa.mp3"'),
};
const ranged = { ...headers, "Content-Range": header("Which bytes these are.", "bytes 0-65535/4377600") };

const waveformHeaders = { ETag: header("The file's SHA-256 and the analyzer's version.", `"${SHA256}-1"`) };

const FILE_PROBLEMS = [
  "invalid_query",
  "task_not_found",
  "task_deleted",
  "file_not_found",
  "file_gone",
  "precondition_failed",
] as const;

const KNOWN = { description: "The file is the one that If-None-Match names." };

const AUDIO = ["audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4", "audio/aac"];
const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const FILES = [...AUDIO, ...PICTURES, MIDI_TYPE, "video/mp4", "application/octet-stream"];

export const filePaths = {
  "/tasks/{id}/tracks/{trackId}/audio": file("Audio", "the audio of a track", AUDIO),
  "/tasks/{id}/tracks/{trackId}/cover": file("Cover", "the cover of a track", PICTURES),
  "/tasks/{id}/files/{name}": file("File", "a file of another product than music", FILES, [
    ids[0],
    pathParameter("name", "As the task's view names it, like `wav`, `vocal`, `video`, `midi` or `image-1`."),
  ]),
  "/tasks/{id}/tracks/{trackId}/waveform": {
    get: sharedOperation(
      {
        operationId: "readWaveform",
        tags: TAG,
        summary: "Read the waveform of a track",
        description: "There is one once the audio is assessed. Players such as wavesurfer.js and peaks.js read it.",
        parameters: [ids[0], ids[1], ifNoneMatch],
        responses: {
          "200": jsonResponse("The picture.", waveform, { waveform: WAVEFORM_EXAMPLE }, waveformHeaders),
          "304": KNOWN,
        },
      },
      ["invalid_query", "task_not_found", "task_deleted", "file_not_found"],
    ),
  },
  "/tasks/{id}/files.zip": {
    get: sharedOperation(
      {
        operationId: "downloadFiles",
        tags: TAG,
        summary: "Download all kept files of a task",
        description:
          "One archive, streamed and not compressed again, its files named `Title (take 1).mp3`. A share link opens it if it was made with `download`.",
        parameters: [ids[0], ...queryParameters(fileQuery)],
        responses: {
          "200": {
            description: "The archive.",
            headers: {
              "Content-Disposition": header("A readable file name.", 'attachment; filename="Midnight Bossa.zip"'),
            },
            content: { "application/zip": { schema: { type: "string", format: "binary" } } },
          },
        },
      },
      ["invalid_query", "task_not_found", "task_deleted", "file_not_found"],
    ),
  },
  "/sources/{id}": {
    get: readOperation(
      {
        operationId: "readSource",
        tags: TAG,
        summary: "Read an uploaded source",
        description: "The bytes as they were uploaded.",
        parameters: [
          pathParameter("id", "A sourceId.", "sourceId"),
          ...queryParameters(sourceQuery),
          ifNoneMatch,
          ...conditions,
          ...rangeParameters,
        ],
        responses: fileResponses(AUDIO),
      },
      ["invalid_query", "file_not_found", "precondition_failed", "range_not_satisfiable"],
    ),
  },
} satisfies Readonly<Record<string, PathItem>>;

function fileResponses(contentTypes: readonly string[]): Readonly<Record<string, object>> {
  const content = Object.fromEntries(
    contentTypes.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
  );
  return {
    "200": { description: "The whole file.", headers, content },
    "206": { description: "The range that was asked for.", headers: ranged, content },
    "304": KNOWN,
  };
}

function file(
  name: string,
  what: string,
  contentTypes: readonly string[],
  place: readonly ReturnType<typeof pathParameter>[] = ids,
): PathItem {
  const parameters = [...place, ...conditional];
  return {
    get: sharedOperation(
      {
        operationId: `read${name}`,
        tags: TAG,
        summary: `Read ${what}`,
        description: "The bytes as they were verified and kept, under the type that they proved to have.",
        parameters: [...parameters, ...rangeParameters],
        responses: fileResponses(contentTypes),
      },
      [...FILE_PROBLEMS, "range_not_satisfiable"],
    ),
    head: sharedOperation(
      {
        operationId: `inspect${name}`,
        tags: TAG,
        summary: `Size, type and tag of ${what}`,
        description: "As for GET of the whole file, without the bytes.",
        parameters,
        responses: { "200": { description: "The file is there.", headers }, "304": KNOWN },
      },
      FILE_PROBLEMS,
    ),
  };
}
