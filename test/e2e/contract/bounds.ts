/** From a schema of the description, a value that it allows, and values just outside of its bounds. */
import * as z from "zod";
import type { Schema } from "./description.ts";

const properties = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Each with the field that is out of bounds. */
export interface Outside {
  readonly field: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** An object with every field that must be there, and of `chosen` those that it knows. */
export function insideOf(schema: Schema, chosen: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const required = namesIn(schema["required"]);
  const fields = fieldsOf(schema).filter(([name]) => required.includes(name) || name in chosen);
  return Object.fromEntries(fields.map(([name, field]) => [name, chosen[name] ?? valueOf(field)]));
}

export function outsideOf(schema: Schema, inside: Readonly<Record<string, unknown>>): readonly Outside[] {
  const wrong = fieldsOf(schema).flatMap(([field, of]) =>
    beyond(of).map((value) => ({ field, value: { ...inside, [field]: value } })),
  );
  const missing = namesIn(schema["required"])
    .filter((name) => name !== "product")
    .map((field) => ({
      field,
      value: Object.fromEntries(Object.entries(inside).filter(([name]) => name !== field)),
    }));
  return [...wrong, ...missing];
}

/** Values that break one keyword each. */
export function beyond(schema: Schema): readonly unknown[] {
  const { type, minLength, maxLength, minimum, maximum, exclusiveMinimum, minItems, maxItems, pattern } = schema;
  return [
    ...(type === "boolean" || type === "number" || type === "integer" ? ["no such thing"] : []),
    ...(type === "string" ? [7] : []),
    ...(schema["enum"] === undefined && schema["const"] === undefined ? [] : ["none of them"]),
    ...(typeof minLength === "number" && minLength > 0 ? ["x".repeat(minLength - 1)] : []),
    ...(typeof maxLength === "number" ? [`https://x.example/${"x".repeat(maxLength)}`] : []),
    ...(typeof minimum === "number" ? [minimum - 1] : []),
    ...(typeof exclusiveMinimum === "number" ? [exclusiveMinimum] : []),
    ...(typeof maximum === "number" ? [maximum + 1] : []),
    ...(typeof minItems === "number" ? [[]] : []),
    ...(typeof maxItems === "number" ? [Array.from({ length: maxItems + 1 }, () => "https://x.example/a.mp3")] : []),
    ...(typeof pattern === "string" ? ["\u0000 no pattern"] : []),
  ];
}

function valueOf(schema: Schema): unknown {
  const { type, minLength, minimum } = schema;
  if (schema["const"] !== undefined) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (type === "boolean") return true;
  if (type === "number" || type === "integer") return typeof minimum === "number" ? minimum : 1;
  if (type === "array") return Array.from({ length: Number(schema["minItems"] ?? 0) }, () => "https://x.example/a.mp3");
  return "x".repeat(Math.max(1, Number(minLength ?? 1)));
}

function fieldsOf(schema: Schema): readonly (readonly [name: string, field: Schema])[] {
  return Object.entries(properties.parse(schema["properties"]));
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
