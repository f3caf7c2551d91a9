/**
 * What a submission must hold, by the provider's rules, and the code it answers when one is broken.
 *
 * Limits are the documented ones (see provider.md); a model is passed through, known or not, and so is any
 * field that has no rule. Pure.
 */
import { z } from "zod";

const share = z.number().min(0).max(1).optional();

const submitRequest = z.looseObject({
  // Anything goes here: the real provider accepts a bad address and fails the task later.
  uploadUrl: z.string().min(1),
  title: z.string().min(1).max(100),
  tags: z.string().min(1).max(1000),
  negativeTags: z.string().min(1).max(500),
  callBackUrl: z.url({ protocol: /^https?$/ }),
  vocalGender: z.enum(["m", "f"]).optional(),
  styleWeight: share,
  weirdnessConstraint: share,
  audioWeight: share,
  model: z.string().optional(),
});

export type SubmitRequest = Readonly<z.infer<typeof submitRequest>>;

export type Checked =
  | { readonly ok: true; readonly request: SubmitRequest }
  | { readonly ok: false; readonly code: 400 | 413; readonly message: string };

export function checkRequest(body: unknown): Checked {
  const parsed = submitRequest.safeParse(body);
  if (parsed.success) return { ok: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  const tooLong = issue?.code === "too_big" && issue.origin === "string";
  return { ok: false, code: tooLong ? 413 : 400, message: `${issue?.path.join(".")}: ${issue?.message}` };
}
