/**
 * The bodies of requests: none is read beyond its limit, and none is waited for longer than 20 s.
 *
 * Throws the refusal of a body that is too large, too slow, broken off, or a form that cannot be read.
 */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";

/** Of all that is no callback. */
export const MAX_REQUEST_BYTES = 64 * 1_024;
const DEADLINE_MS = 20_000;
/** What is to be an exception has to begin like one within so many bytes, and within this time. */
const BEGIN_BYTES = 1_024;
const BEGIN_MS = 5_000;

/** A larger limit, for a body that begins as only these do. */
export interface Exception {
  readonly maxBytes: number;
  /** `start` is as much of the first 1,024 bytes as there is. */
  readonly begins: (start: Uint8Array) => boolean;
}

/** `what` names the body in a refusal. */
export async function readBody<P extends string>(
  c: Context<AppEnv, P>,
  maxBytes: number,
  what: string,
  exception: Exception | null = null,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(c.req.header("content-length") ?? 0);
  refuseOver(announced, exception?.maxBytes ?? maxBytes, what);
  const tooLarge = (): Problem => overLimit(maxBytes, what);
  const body: ReadableStream<Uint8Array> | null = c.req.raw.body;
  if (body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const deadline = Promise.withResolvers<never>();
  deadline.promise.catch(() => undefined);
  const timer = setTimeout(() => deadline.reject(new Problem("incomplete_body", TOO_SLOW)), DEADLINE_MS);
  const isExcepted = (): boolean => exception?.begins(joined(chunks, bytes).subarray(0, BEGIN_BYTES)) === true;
  const early =
    announced > maxBytes ? setTimeout(() => isExcepted() || deadline.reject(tooLarge()), BEGIN_MS) : undefined;
  let judged = false;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    // Of what is not too long there is nothing to watch but the time.
    if (announced > 0 && announced <= maxBytes)
      return new Uint8Array(await Promise.race([c.req.raw.arrayBuffer(), deadline.promise]));
    reader = body.getReader();
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), deadline.promise]);
      if (done) return joined(chunks, bytes);
      bytes += value.length;
      chunks.push(value);
      if (Math.max(announced, bytes) <= maxBytes || bytes < BEGIN_BYTES) continue;
      if (!judged && !isExcepted()) throw tooLarge();
      judged = true;
      refuseOver(bytes, exception?.maxBytes ?? maxBytes, what);
    }
  } catch (error) {
    reader?.cancel().catch(() => undefined);
    if (error instanceof Problem) throw error;
    throw announced > maxBytes && !isExcepted() ? tooLarge() : new Problem("incomplete_body", BROKEN_OFF);
  } finally {
    clearTimeout(timer);
    clearTimeout(early);
  }
}

/** Throws where a body is longer than it may be. */
export function refuseOver(bytes: number, maxBytes: number, what: string): void {
  if (bytes > maxBytes) throw overLimit(maxBytes, what);
}

function overLimit(maxBytes: number, what: string): Problem {
  return new Problem("payload_too_large", `${what} is at most ${maxBytes} bytes. Nothing was stored.`);
}

/** The text fields of a form; none where the body says that it is something else. */
export async function readForm<P extends string>(c: Context<AppEnv, P>): Promise<Readonly<Record<string, string>>> {
  const bytes = await readBody(c, MAX_REQUEST_BYTES, "A form");
  const type = c.req.header("content-type") ?? "";
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return {};
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    const fields = Array.from(form, ([name, value]) => (typeof value === "string" ? [[name, value] as const] : []));
    return Object.fromEntries(fields.flat());
  } catch {
    throw malformedForm();
  }
}

export function malformedForm(): Problem {
  return new Problem("malformed_form", "The form cannot be read. Send its fields as the page does.");
}

const BROKEN_OFF = "The body broke off before its end, and nothing was stored. Send it again.";
const TOO_SLOW = `The body did not arrive within ${DEADLINE_MS / 1_000} s, and nothing was stored. Send it again.`;

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
