/** What the API's description says of single fields beside what their schemas check. Pure. */
import * as z from "zod";
import { waveform } from "../core/audio/sound/waveform.ts";
import { SHA256, TASK_ID, TRACK_ID } from "../core/ids.ts";
import { productRequest } from "../core/provider/submission.ts";
import { fileView, taskView, trackView } from "../core/view/view.ts";
import { problemDocument } from "../http/problem.ts";
import { taskListItem } from "../http/reading/task-list.ts";
import {
  adoptQuery,
  DEFAULT_LIMIT,
  eventsQuery,
  fileQuery,
  guestQuery,
  inboxQuery,
  MAX_LIMIT,
  MAX_WAIT_SECONDS,
  retryQuery,
  sourceQuery,
  taskQuery,
  tasksQuery,
} from "../http/request/query.ts";
import { inboxItem } from "../http/routes/callback/inbox.tsx";
import { fromQuery } from "../http/routes/submit/new-task.tsx";
import { keptSource, sourceQuestion } from "../http/routes/submit/sources.ts";
import { choice } from "../http/routes/task/chosen.ts";
import { DEFAULT_SHARE_SECONDS, shareRequest } from "../http/routes/task/shares.ts";

interface FieldWords {
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

export const fieldWords = z.registry<FieldWords>();

say(waveform, {
  length: "How many points there are: half of the numbers.",
  data: "Lowest and highest in turn, from -128 to 127.",
});
say(productRequest, {
  product: "What is to be made.",
  parent: "The task that it is made of; its ids are filled in.",
  force: "Submits although the check of the source found a fault in it; not sent to the provider.",
  ref: "Your own name for it; not sent to the provider.",
  uploadUrl: "The source audio, publicly reachable.",
  sourceId: "In place of `uploadUrl`: what was uploaded here.",
});
say(taskView, { taskId: { pattern: TASK_ID.source } });
say(trackView, { trackId: { pattern: TRACK_ID.source } });
say(fileView.options[0], { sha256: { pattern: SHA256.source } });
say(problemDocument, {
  version: "Of `version_not_reached`: where the task stands.",
  taskId: "Of `task_deleted` by a submission: the task that it had made.",
});
say(taskListItem, {
  parent: "What it was made of.",
  chosen: "The track that somebody chose.",
  problem: "What wants attention; null where nothing does.",
  reason: "Why the task failed, a file is not kept (yet), or a kept one is in doubt.",
  keptTracks: "Tracks whose audio is kept, of `tracks`.",
  tracks: "Tracks that are known.",
  version: "As of the last move of the stage: the task itself may be ahead.",
});
say(taskQuery, {
  wait: {
    description: `Waits up to so many seconds for the task to change; over ${MAX_WAIT_SECONDS} counts as ${MAX_WAIT_SECONDS}.`,
    maximum: MAX_WAIT_SECONDS,
  },
  min_version: { description: "Answers 412 while the task's version is lower; with `wait`, waits for it.", default: 0 },
});
say(guestQuery, {
  track: "With the share link of one track, and only with it: the view is about that track.",
});
say(tasksQuery, {
  status: "A stage, or `open`, `settled`, `stalled`, `problems`.",
  ref: "Your own reference.",
  parent: "What was made of this task.",
  q: "Part of a title, a task id, a track id or a `ref`, in any case. A page looks at a part of the tasks: follow `nextCursor`, also of an empty one.",
  cursor: "`nextCursor` of the page before.",
  // The same field wherever a query has it.
  limit: {
    description: `The largest number of items; over ${MAX_LIMIT} counts as ${MAX_LIMIT}.`,
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
  },
});
say(retryQuery, {
  status: "Which tasks: a stage, or `open`, `settled`, `stalled`, `problems`.",
  cursor: "`nextCursor` of the call before.",
});
say(adoptQuery, {
  product: {
    description: "What it is of, where that is not known here; `music` unless it is named.",
    default: "music",
  },
});
say(eventsQuery, { cursor: { description: "`nextCursor` of the page before.", default: 0 } });
say(fileQuery, { download: "Save it under its title; without, play it in place." });
say(sourceQuery, {
  link: "In place of a token, in the link that the provider gets: opens this file alone, for 24 hours.",
});
say(inboxQuery, { cursor: "`nextCursor` of the page before." });
say(inboxItem, { sha256: { pattern: SHA256.source } });
say(fromQuery, { from: "A task whose request is filled in." });
say(sourceQuestion, { force: "Answers 200 whatever the findings." });
say(keptSource, { sourceId: { pattern: SHA256.source } });
say(choice, { trackId: "One of the task's tracks; null takes the choice back." });
say(shareRequest, {
  expiresInSeconds: { default: DEFAULT_SHARE_SECONDS },
  trackId: "Opens the files of this track alone.",
  download: { default: false, description: "Whether files may be taken along, beside being listened to." },
});

function say<S extends z.ZodObject>(
  { shape }: S,
  words: Readonly<Partial<Record<keyof S["shape"] & string, string | FieldWords>>>,
): void {
  for (const [name, said] of Object.entries<string | FieldWords | undefined>(words)) {
    const field = z.instanceof(z.ZodType).parse(shape[name]);
    fieldWords.add(field, typeof said === "string" ? { description: said } : (said ?? {}));
  }
}
