/** The examples of the API's description: one task from its first callback to its kept files. */
import type * as z from "zod";
import type { TaskView } from "../../core/view.ts";
import type { healthReport } from "../health.ts";
import type { inboxPage } from "../inbox.ts";
import { documentOf, type ProblemType } from "../problem.ts";
import type { taskList } from "../task-list.ts";
import type { timelinePage } from "../timeline-page.ts";

const TASK_ID = "ee9c2715375b7837f8bb51d641ff5863";
const TRACK_ID = "b5c6f1d2-3c1e-4a7e-9b1f-2f6f8c0d9e11";
const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const LINK = "1f3870be274f6c49b3e31a0c6728957f";
const CURSOR = `1769670760000.${TASK_ID}`;
const [TEXT_AT, FIRST_AT, SETTLED_AT] = [
  "2026-01-29T07:12:40.000Z",
  "2026-01-29T07:13:05.214Z",
  "2026-01-29T07:14:31.870Z",
];

/** Of parameters, by their name. */
export const EXAMPLE_VALUES = {
  token: "<CALLBACK_TOKEN>",
  id: TASK_ID,
  trackId: TRACK_ID,
  wait: 25,
  min_version: 3,
  status: "open",
  ref: "order-1042",
  q: "midnight",
  cursor: CURSOR,
  limit: 20,
  download: "",
  "X-Webhook-Timestamp": "1769670760",
  "X-Webhook-Signature": "xG6/yOyrMyJtUdc1yjmHpKLHSHF3MpzOPa6uxSj3qb4=",
  Range: "bytes=0-65535",
  "If-None-Match": '"2d711642b726b04401627ca9fbac32f5"',
  "If-Range": `"${SHA256}"`,
  "Cache-Control": "no-cache",
} as const;

export const CALLBACK_EXAMPLE = {
  code: 200,
  msg: "All generated successfully.",
  data: {
    callbackType: "complete",
    task_id: TASK_ID,
    data: [
      {
        id: TRACK_ID,
        audio_url: "https://cdn.example.com/b5c6f1d2.mp3",
        stream_audio_url: "https://stream.example.com/b5c6f1d2",
        image_url: "https://cdn.example.com/b5c6f1d2.jpeg",
        model_name: "chirp-auk",
        title: "Midnight Bossa",
        tags: "bossa nova, warm, brushed drums",
        createTime: "2026-01-29 15:12:38",
        duration: 182.4,
      },
    ],
  },
};

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
  title: "Midnight Bossa",
  tags: "bossa nova, warm, brushed drums",
  durationSeconds: 182.4,
  model: "chirp-auk",
  createdAt: "2026-01-29 15:12:38",
  assessment: null,
} as const;

const OPEN: TaskView = {
  taskId: TASK_ID,
  ref: null,
  version: 2,
  stage: "first",
  outcome: null,
  settled: false,
  failure: null,
  tracks: [
    {
      ...TRACK,
      audio: { ...STORED, state: "queued", url: null, bytes: null, sha256: null, contentType: null, attempts: 1 },
      cover: { ...STORED, state: "waiting", url: null, bytes: null, sha256: null, contentType: null, attempts: 0 },
      streamUrl: "https://stream.example.com/b5c6f1d2",
    },
  ],
  stages: { text: { at: TEXT_AT, via: "callback" }, first: { at: FIRST_AT, via: "callback" }, complete: null },
  request: null,
  stalled: false,
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
      audio: STORED,
      cover: { ...STORED, url: `/tasks/${TASK_ID}/tracks/${TRACK_ID}/cover`, bytes: 184210, contentType: "image/jpeg" },
      streamUrl: null,
    },
  ],
  stages: { ...OPEN.stages, complete: { at: "2026-01-29T07:14:29.003Z", via: "callback" } },
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
  settledAt: FIRST_AT,
};

export const TASK_EXAMPLES = { open: OPEN, settled: SETTLED, failed: FAILED };

export const TASK_LIST_EXAMPLE: z.infer<typeof taskList> = {
  items: [
    {
      taskId: TASK_ID,
      ref: null,
      title: "Midnight Bossa",
      stage: "complete",
      settled: true,
      stalled: false,
      failureReason: null,
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

export const INBOX_EXAMPLE: z.infer<typeof inboxPage> = {
  items: [
    {
      sha256: SHA256,
      receivedAt: TEXT_AT,
      reason: "no_task_id",
      verdict: "token",
      bytes: 34,
      body: '{"code":200,"msg":"ok","data":{}}',
    },
  ],
  nextCursor: null,
};

export const HEALTH_EXAMPLES: Readonly<Record<string, z.infer<typeof healthReport>>> = {
  ok: { status: "ok", missing: [], warnings: [] },
  unconfigured: { status: "unconfigured", missing: ["CALLBACK_TOKEN", "API_TOKEN"], warnings: [] },
};

const REQUEST_ID = "2f1c9b1e-7c86-4f0e-9f53-0e9c8b6f3a17";

/** One of each problem that an operation may answer with. */
export const PROBLEM_EXAMPLES = {
  unauthorized: problem("unauthorized", "Send the API token: `Authorization: Bearer <API_TOKEN>`."),
  not_configured: problem(
    "not_configured",
    "API_TOKEN is not set: run `npx wrangler secret put API_TOKEN` (locally: `npm run setup`).",
  ),
  payload_too_large: problem("payload_too_large", "A callback is at most 1048576 bytes. Nothing was stored."),
  task_not_found: problem(
    "task_not_found",
    "No callback has named this task yet. Check the id, and that its callBackUrl leads here.",
  ),
  file_not_found: problem(
    "file_not_found",
    "No audio is stored for this track. GET /tasks/:id says what is stored, and why it is not.",
  ),
  version_not_reached: {
    ...problem("version_not_reached", "The task is at version 2, not yet at 3. Ask again, or add `wait=25`."),
    version: 2,
  },
  invalid_query: problem("invalid_query", "Query parameter `limit`: must be a whole number."),
  range_not_satisfiable: problem("range_not_satisfiable", "The file has 4377600 bytes."),
  overloaded: problem("overloaded", "Too many deliveries that belong to no task came in this minute. Send it again."),
  internal: problem("internal", "Something failed on our side and was logged under this request id. Try again."),
} satisfies Partial<Record<ProblemType, object>>;

function problem(type: ProblemType, detail: string): ReturnType<typeof documentOf> {
  return documentOf(type, detail, REQUEST_ID);
}
