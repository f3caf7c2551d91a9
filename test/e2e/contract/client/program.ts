/**
 * What a user writes on a client that a generator made of `/openapi.json`. It is compiled under the strictest TypeScript,
 * then run: `node program.ts API_TOKEN TASK_ID SOURCE_URL` prints what it learned as one line of JSON.
 */
import { chooseTrack, listTasks, readTask, submitTask } from "../../../../build/client/client.ts";
import type { AnySubmission, File, Notice, Problem, Task } from "../../../../build/client/client.ts";

const [token = "", taskId = "", uploadUrl = ""] = process.argv.slice(2);
const asReader = { headers: { Authorization: `Bearer ${token}` } };

/** A file is a union by its state: what is stored has its size and its hash for certain. */
function keptBytes(file: File): number {
  if (file.state !== "stored") {
    const nothing: null = file.url;
    return nothing ?? 0;
  }
  const hash: string = file.sha256;
  return hash === "" ? 0 : file.bytes;
}

function adviceOf({ detail }: Problem): string {
  return detail;
}

/** A webhook's handler. */
function taskOf(notice: Notice): Task {
  return notice.data;
}

const read = await readTask(taskId, { wait: 1 }, asReader);
if (read.status !== 200) throw new Error(read.status === 304 ? "nothing new" : adviceOf(read.data));
if (!("updatedAt" in read.data)) throw new Error("who has a token is no guest");
const task = taskOf({ type: "task.settled", timestamp: read.data.updatedAt, data: read.data });
const [first] = task.tracks;
if (first === undefined) throw new Error("no track");

const chosen = await chooseTrack(taskId, { trackId: first.trackId }, asReader);
const listed = await listTasks({ status: "settled", limit: 100 }, asReader);
const unknown = await readTask("nobody-knows-it", {}, asReader);

const song: AnySubmission = { uploadUrl, title: "Typed", tags: "house", negativeTags: "vocals" };
const stems: AnySubmission = { product: "stems", parent: { taskId, trackId: first.trackId }, type: "split_stem" };
const submitted = [await submitTask(song, asReader), await submitTask(stems, asReader)];

console.log(
  JSON.stringify({
    bytes: task.tracks.map(({ audio }) => keptBytes(audio)),
    chosen: chosen.status === 200 ? chosen.data.chosen : null,
    listed: listed.status === 200 ? listed.data.items.map((item) => item.taskId).includes(taskId) : false,
    unknown: unknown.status === 404 ? unknown.data.type : null,
    submitted: submitted.map((answer) => (answer.status === 202 ? answer.data.stage : adviceOf(answer.data))),
  }),
);
