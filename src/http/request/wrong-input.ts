/** What is wrong with an input, in our own words: where, what is wanted, and what may have been meant. Pure. */
import type * as z from "zod";

/** One sentence for each issue, without the last full stop. `given` are the names that were sent. */
export function inputWords(issues: readonly z.core.$ZodIssue[], given: readonly string[]): string {
  // What is of another type is not measured.
  const mistyped = new Set(issues.filter(({ code }) => code === "invalid_type").map(placeOf));
  const told = issues.filter((issue) => issue.code === "invalid_type" || !mistyped.has(placeOf(issue)));
  return told.map((issue) => issueWords(issue, given)).join("; ");
}

function placeOf({ path }: z.core.$ZodIssue): string {
  return path.join(".");
}

/** The choice that is nearest to what was written, if it is near; as the end of a sentence. */
export function meant(written: string, choices: readonly string[]): string {
  const near = choices
    .map((choice) => ({ choice, edits: editsBetween(written.toLowerCase(), choice.toLowerCase()) }))
    .filter(({ edits, choice }) => edits <= Math.min(3, Math.max(1, Math.round(choice.length / 2.5))))
    .toSorted((a, b) => a.edits - b.edits)[0];
  return near === undefined ? "" : ` (did you mean \`${near.choice}\`?)`;
}

function issueWords(issue: z.core.$ZodIssue, given: readonly string[]): string {
  const name = placeOf(issue) || "body";
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input !== undefined) return `${name}: must be ${TYPES[issue.expected] ?? issue.expected}`;
      return name === "body" ? "The body must be a JSON object" : `${name}: is missing${misspelt(name, given)}`;
    }
    case "unrecognized_keys":
      return issue.keys.map((key) => `${[...issue.path, key].join(".")}: is not known here`).join("; ");
    case "invalid_value":
      return `${name}: must be one of ${issue.values.map(String).join(", ")}${hintFor(issue)}`;
    case "too_small":
      return `${name}: must ${lengthWords(issue, "at least", issue.minimum)}`;
    case "too_big":
      return `${name}: must ${lengthWords(issue, "at most", issue.maximum)}`;
    case "not_multiple_of":
      return `${name}: must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return `${name}: ${issue.format === "url" ? "must be a web address" : issue.message}`;
    case "custom":
      return `${name}: ${issue.message}${given.includes(name) ? "" : misspelt(name, given)}`;
    case "invalid_element":
    case "invalid_key":
    case "invalid_union":
      return `${name}: ${issue.message}`;
  }
}

/** What was sent under a name that is near the one that is missing; as the end of a sentence. */
function misspelt(name: string, given: readonly string[]): string {
  const near = given.find((one) => meant(one, [name]) !== "");
  return near === undefined ? "" : ` (is it \`${near}\`?)`;
}

function hintFor({ input, values }: z.core.$ZodIssueInvalidValue): string {
  return typeof input === "string" ? meant(input, values.map(String)) : "";
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a JSON object",
  array: "a list",
};

type Length = Pick<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, "origin" | "exact">;

function lengthWords({ origin, exact }: Length, bound: string, value: number | bigint): string {
  const unit = UNITS[origin];
  const length = `${exact === true ? "exactly" : bound} ${String(value)}`;
  return unit === undefined ? `be ${length}` : `have ${length} ${unit}`;
}

const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "items" };

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
