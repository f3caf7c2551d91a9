/**
 * The fields of requests that several products have, with the limits of the provider's documents. Pure.
 */
import * as z from "zod";

/** From 0 to 1 in steps of 0.01. */
const weight = z.number().min(0).max(1).multipleOf(0.01).optional();
export const link = z.url({ protocol: /^https?$/ }).max(4_096);
export const optionalLink = link.optional();
export const linkPair = z.array(link).length(2);
export const id = z.string().min(1).max(128);

const texts = new Map<number, z.ZodString>();

/** One schema for each length: every start of the Worker pays for all that are made. */
export function text(maxChars: number): z.ZodString {
  const known = texts.get(maxChars) ?? z.string().trim().min(1).max(maxChars);
  texts.set(maxChars, known);
  return known;
}

/** Documented, and passed on as it is. */
export const passed = z.unknown().optional();

/** Of all music. */
export const style = {
  vocalGender: z.enum(["m", "f"]).optional(),
  styleWeight: weight,
  weirdnessConstraint: weight,
  audioWeight: weight,
  model: text(100).optional(),
  lyrics: passed,
  variety: passed,
  duration: passed,
  personaId: passed,
  personaModel: passed,
};
export const words = {
  prompt: text(5_000).optional(),
  style: text(1_000).optional(),
  title: text(100).optional(),
  negativeTags: text(500).optional(),
};
export const model = text(100);
export const ofTrack = { taskId: id, audioId: id };
/** Set for who submits `add_instrumental` or `add_vocals`: as its page says. */
export const upload = { title: text(100), negativeTags: text(500) };

export const ADD_INSTRUMENTAL = { ...upload, tags: text(1_000), uploadUrl: link, ...style };

/** The fields of a product's request that hold links. */
export function linkFields({ shape }: z.ZodObject): readonly string[] {
  const links: ReadonlySet<unknown> = new Set([link, optionalLink, linkPair]);
  return Object.keys(shape).filter((name) => links.has(shape[name]));
}
