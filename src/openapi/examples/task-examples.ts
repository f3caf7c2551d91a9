/** One task of the API's description, from its first callback to its kept files. Pure. */
import type * as z from "zod";
import type { productRequest, SubmissionRequest } from "../../core/provider/submission.ts";
import { guestViewOf } from "../../core/view/guest.ts";
import type { TaskView } from "../../core/view/view.ts";
import type { submittingView } from "../../http/routes/submit/submissions.ts";
import type { taskList } from "../../http/reading/task-list.ts";
import type { timelinePage } from "../../http/reading/timeline-page.ts";
import { ASSESSMENT_EXAMPLE } from "./assessment-examples.ts";
import { CALLBACK_EXAMPLE, CURSOR, SHA256, TASK_ID, TEXT_AT, TRACK_ID } from "./examples.ts";

const FIRST_AT = "2026-01-29T07:13:05.214Z";
const SETTLED_AT = "2026-01-29T07:14:31.870Z";
const LINK = "1f3870be274f6c49b3e31a0c6728957f";

const STORED = {
  state: "stored",
  url: `/tasks/${TASK_ID}/tracks/${TRACK_ID}/audio`,
  bytes: 4377600,
  sha256: SHA256,
  contentType: "audio/mpeg",
  attempts: 1,
  reason: null,
} as const;

const TRACK = {
  trackId: TRACK_ID,
  audioId: TRACK_ID,
  title: "Midnight Bossa",
  tags: "bossa nova, warm, brushed drums",
  durationSeconds: 182.4,
  model: "chirp-auk",
  createdAt: "2026-01-29 15:12:38",
  assessment: null,
} as const;

const OPEN: TaskView = {
  taskId: TASK_ID,
  product: "music",
  parent: null,
  credits: null,
  ref: null,
  version: 2,
  stage: "first",
  outcome: null,
  settled: false,
  chosen: null,
  failure: null,
  refunded: false,
  recovery: null,
  tracks: [
    {
      ...TRACK,
      audio: { ...STORED, state: "queued", url: null, bytes: null, sha256: null, contentType: null, attempts: 1 },
      cover: { ...STORED, state: "waiting", url: null, bytes: null, sha256: null, contentType: null, attempts: 0 },
      streamUrl: "https://stream.example.com/b5c6f1d2",
    },
  ],
  files: [],
  stages: { text: { at: TEXT_AT, via: "callback" }, first: { at: FIRST_AT, via: "callback" }, complete: null },
  request: null,
  source: null,
  stalled: false,
  expected: {
    firstAt: { median: "2026-01-29T07:13:10.000Z", p90: "2026-01-29T07:13:30.000Z" },
    completeAt: { median: "2026-01-29T07:14:30.000Z", p90: "2026-01-29T07:16:00.000Z" },
  },
  advice: null,
  createdAt: TEXT_AT,
  updatedAt: FIRST_AT,
  settledAt: null,
};

const SETTLED: TaskView = {
  ...OPEN,
  version: 7,
  stage: "complete",
  outcome: "complete",
  settled: true,
  tracks: [
    {
      ...TRACK,
      assessment: ASSESSMENT_EXAMPLE,
      audio: STORED,
      cover: { ...STORED, url: `/tasks/${TASK_ID}/tracks/${TRACK_ID}/cover`, bytes: 184210, contentType: "image/jpeg" },
      streamUrl: null,
    },
  ],
  stages: { ...OPEN.stages, complete: { at: "2026-01-29T07:14:29.003Z", via: "callback" } },
  expected: null,
  updatedAt: SETTLED_AT,
  settledAt: SETTLED_AT,
};

const FAILED: TaskView = {
  ...OPEN,
  stage: "failed",
  outcome: "failed",
  settled: true,
  failure: {
    reason: "refunded",
    code: 531,
    message: "Generation failed. The credits were given back.",
    advice: "Generation failed and the credits were given back. Submit again.",
    retryable: true,
    refunded: true,
  },
  tracks: [],
  stages: { ...OPEN.stages, first: null },
  expected: null,
  settledAt: FIRST_AT,
};

export const SUBMISSION_EXAMPLE: SubmissionRequest = {
  uploadUrl: "https://files.example.com/vocals.mp3",
  title: "Midnight Bossa",
  tags: "bossa nova, warm, brushed drums",
  negativeTags: "distorted guitar",
  model: "V5",
  ref: "order-1042",
};

export const STEMS_EXAMPLE: z.input<typeof productRequest> = {
  product: "stems",
  parent: { taskId: TASK_ID, trackId: TRACK_ID },
  type: "separate_vocal",
};

export const SUBMITTING_EXAMPLE: z.infer<typeof submittingView> = {
  stage: "submitting",
  ref: "order-1042",
  taskId: null,
  detail:
    "The provider's answer was lost, or named no task. If it took the submission, the task appears under this ref with its first callback; if you see it in your account there before that, PUT /tasks/<its id> adopts it.",
  warnings: ["modle: no field of that name is known here; it was passed on to the provider as it is."],
};

export const TASK_EXAMPLES = { open: OPEN, settled: SETTLED, failed: FAILED };
export const GUEST_EXAMPLE = guestViewOf(SETTLED, null);

export const TASK_LIST_EXAMPLE: z.infer<typeof taskList> = {
  items: [
    {
      taskId: TASK_ID,
      product: "music",
      ref: null,
      parent: null,
      title: "Midnight Bossa",
      stage: "complete",
      settled: true,
      stalled: false,
      chosen: null,
      failureReason: null,
      problem: null,
      reason: null,
      keptTracks: 2,
      tracks: 2,
      version: 7,
      createdAt: TEXT_AT,
      settledAt: SETTLED_AT,
    },
  ],
  nextCursor: CURSOR,
};

const COPY = { file: "audio", trackId: TRACK_ID, link: LINK, attempt: 1 } as const;

export const TIMELINE_EXAMPLE: z.infer<typeof timelinePage> = {
  items: [
    {
      at: FIRST_AT,
      type: "observed",
      lastAt: "2026-01-29T07:13:20.402Z",
      times: 2,
      via: "callback",
      verdict: "token",
      sha256: SHA256,
      kind: "complete",
      failure: null,
      tracksDropped: 0,
      body: CALLBACK_EXAMPLE,
    },
    { at: FIRST_AT, type: "copy_started", ...COPY, host: "cdn.example.com" },
    {
      at: SETTLED_AT,
      type: "copy_failed",
      ...COPY,
      reason: "truncated: 81920 of 4377600 announced bytes arrived",
      dead: false,
    },
    { at: SETTLED_AT, type: "published", version: 7, settled: true },
  ],
  nextCursor: null,
};
