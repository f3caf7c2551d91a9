/**
 * What a submission must hold, by the provider's rules, and the code it answers when one is broken.
 *
 * Limits are the documented ones (see provider.md); a model is passed through, known or not, and so is any
 * field that has no rule. Pure.
 */
import { z } from "zod";

const share = z.number().min(0).max(1).optional();

// Anything goes here: the real provider accepts a bad address and fails the task later.
const uploadUrl = z.string().min(1);
const title = z.string().min(1).max(100);
const tags = z.string().min(1).max(1000);
const negativeTags = z.string().min(1).max(500);
const prompt = z.string().min(1).max(5000);
const model = z.string().min(1);
const id = z.string().min(1);
const flag = z.boolean();
const second = z.number().min(0);

/** What each product of music requires, by its path under `/api/v1/generate`. */
export const MUSIC: Readonly<Record<string, { readonly path: string; readonly fields: z.ZodRawShape }>> = {
  add_instrumental: { path: "/add-instrumental", fields: { uploadUrl, title, tags, negativeTags } },
  generate: { path: "", fields: { prompt, customMode: flag, instrumental: flag, model } },
  extend: { path: "/extend", fields: { defaultParamFlag: flag, audioId: id, model } },
  upload_cover: { path: "/upload-cover", fields: { uploadUrl, model } },
  upload_extend: { path: "/upload-extend", fields: { uploadUrl, defaultParamFlag: flag, model } },
  add_vocals: { path: "/add-vocals", fields: { uploadUrl, title, negativeTags, style: tags } },
  replace_section: {
    path: "/replace-section",
    fields: {
      taskId: id,
      audioId: id,
      prompt,
      tags,
      title,
      fullLyrics: prompt,
      infillStartS: second,
      infillEndS: second,
    },
  },
  mashup: { path: "/mashup", fields: { uploadUrlList: z.array(uploadUrl).length(2), model } },
  sounds: { path: "/sounds", fields: { prompt: prompt.max(500), model } },
};

/** Of all of them. */
const common = {
  callBackUrl: z.url({ protocol: /^https?$/ }),
  vocalGender: z.enum(["m", "f"]).optional(),
  styleWeight: share,
  weirdnessConstraint: share,
  audioWeight: share,
  model: z.string().optional(),
};

/** What a task of music is made by. */
export interface SubmitRequest {
  readonly uploadUrl: string;
  readonly title: string;
  readonly tags: string;
  readonly callBackUrl: string;
  readonly model?: string | undefined;
  readonly [field: string]: unknown;
}

const named = z.looseObject({
  uploadUrl: z.string().optional(),
  title: z.string().default("Untitled"),
  tags: z.string().optional(),
  style: z.string().optional(),
  callBackUrl: z.string(),
  model: z.string().optional(),
});

export type Checked =
  | { readonly ok: true; readonly request: SubmitRequest }
  | { readonly ok: false; readonly code: 400 | 413; readonly message: string };

/** `source` stands for the upload of a product that has none. */
export function checkRequest(body: unknown, product: string, source: string): Checked {
  const parsed = z.looseObject({ ...common, ...MUSIC[product]?.fields }).safeParse(body);
  if (parsed.success) {
    const { uploadUrl = source, tags, style = "", ...request } = named.parse(parsed.data);
    return { ok: true, request: { ...request, uploadUrl, tags: tags ?? style } };
  }
  const [issue] = parsed.error.issues;
  const tooLong = issue?.code === "too_big" && issue.origin === "string";
  return { ok: false, code: tooLong ? 413 : 400, message: `${issue?.path.join(".")}: ${issue?.message}` };
}
