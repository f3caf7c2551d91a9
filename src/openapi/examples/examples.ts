/** The examples of the API's description. Pure. */
import type * as z from "zod";
import type { healthReport } from "../../http/routes/site/health.ts";
import type { inboxPage } from "../../http/routes/callback/inbox.tsx";

export const TASK_ID = "ee9c2715375b7837f8bb51d641ff5863";
export const TRACK_ID = "b5c6f1d2-3c1e-4a7e-9b1f-2f6f8c0d9e11";
export const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
export const CURSOR = `1769670760000.${TASK_ID}`;
export const TEXT_AT = "2026-01-29T07:12:40.000Z";

/** Of parameters, by their name. */
export const EXAMPLE_VALUES = {
  token: "A_VALUE_OF_CALLBACK_TOKEN_THAT_YOU_KEEP_SECRET",
  id: TASK_ID,
  trackId: TRACK_ID,
  sha256: SHA256,
  sourceId: SHA256,
  name: "vocal",
  from: TASK_ID,
  link: "1769757160.mG3o5W8y2sQzX7bTfHr4LpAeUiVxNqYgEoMkCv0dJ1n",
  section: "problems",
  shareId: "h4Jq0vC2sN8xYb5LrT1wZg",
  parent: TASK_ID,
  wait: 25,
  min_version: 3,
  status: "open",
  ref: "order-1042",
  q: "midnight",
  cursor: CURSOR,
  limit: 20,
  download: "",
  "Idempotency-Key": "order-1042-try-1",
  "X-Webhook-Timestamp": "1769670760",
  "X-Webhook-Signature": "xG6/yOyrMyJtUdc1yjmHpKLHSHF3MpzOPa6uxSj3qb4=",
  Range: "bytes=0-65535",
  "If-None-Match": '"2d711642b726b04401627ca9fbac32f5"',
  "If-Range": `"${SHA256}"`,
  "If-Match": `"${SHA256}"`,
  "If-Unmodified-Since": "Thu, 29 Jan 2026 07:15:20 GMT",
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

export const INBOX_EXAMPLE: z.infer<typeof inboxPage> = {
  items: [
    {
      sha256: SHA256,
      receivedAt: TEXT_AT,
      reason: "no_task_id",
      taskId: null,
      verdict: "token",
      bytes: 34,
      body: '{"code":200,"msg":"ok","data":{}}',
    },
  ],
  nextCursor: null,
};

export const HEALTH_EXAMPLES: Readonly<Record<string, z.infer<typeof healthReport>>> = {
  ok: { status: "ok", missing: [], warnings: [] },
  stranger: { status: "ok", missing: [] },
  unconfigured: { status: "unconfigured", missing: ["CALLBACK_TOKEN", "API_TOKEN"] },
};
