/** A JSON body, checked by zod. What is wrong is told with its place, and never by repeating what was sent. */
import type { Context } from "hono";
import type * as z from "zod";
import type { AppEnv } from "../app-env.ts";
import { MAX_REQUEST_BYTES, readBody } from "./body.ts";
import { Problem } from "../problem.ts";
import { inputWords, meant } from "./wrong-input.ts";

/** Throws a problem. An empty body counts as `empty`, where there is one. */
export async function readJson<S extends z.ZodType, P extends string>(
  c: Context<AppEnv, P>,
  schema: S,
  empty?: unknown,
): Promise<z.output<S>> {
  const text = new TextDecoder().decode(await readBody(c, MAX_REQUEST_BYTES, "A request"));
  const json = text.trim() === "" && empty !== undefined ? empty : parsed(text);
  return checkJson(json, schema);
}

/** As a body is checked. Throws a problem. */
export function checkJson<S extends z.ZodType>(json: unknown, schema: S): z.output<S> {
  const result = schema.safeParse(json, { reportInput: true });
  if (result.success) return result.data;
  const given = typeof json === "object" && json !== null ? Object.keys(json) : [];
  const known = "shape" in schema && typeof schema.shape === "object" ? Object.keys(schema.shape ?? {}) : [];
  const misspelt = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys.map((key) => meant(key, known)) : [],
  );
  throw new Problem("invalid_request", `${inputWords(result.error.issues, given)}${misspelt.join("")}.`);
}

function parsed(text: string): unknown {
  if (text.trim() === "") throw new Problem("invalid_request", "The body is empty: it must be a JSON object.");
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const at = Number(position ?? text.length);
    const before = text.slice(0, at).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new Problem("invalid_request", `The body is no JSON: it goes wrong at ${place}.`);
  }
}
