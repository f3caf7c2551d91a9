/**
 * `npm run setup`: strong secrets for local runs, and what to do with them.
 *
 * Makes `.dev.vars` from `.dev.vars.example`, readable by this user alone. One that exists is never touched: then
 * this tells which secrets it holds and which are missing, by name.
 */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { missingSecrets, parseConfig } from "../core/config.ts";

const EXAMPLE = ".dev.vars.example";
const TARGET = ".dev.vars";
const MADE = ["CALLBACK_TOKEN", "API_TOKEN"] as const;
const NEXT = `Start it:            npm run dev
When it is deployed, the callBackUrl is https://<your worker>/callback/<CALLBACK_TOKEN>. Set each secret there with
${MADE.map((name) => `  npx wrangler secret put ${name}`).join("\n")}`;

const HELP = `Usage: npm run setup

Writes ${TARGET} with strong secrets for local runs. One that exists is not touched.`;

try {
  if (process.argv.length > 2) {
    console.log(HELP);
    process.exit(process.argv.includes("--help") ? 0 : 2);
  }
  const example = await readFile(EXAMPLE, "utf8");
  console.log((await create(example)) ?? (await describe()));
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 1;
}

/** Null where the file exists already. */
async function create(example: string): Promise<string | null> {
  const secrets = new Map<string, string>(MADE.map((name) => [name, randomBytes(32).toString("base64url")]));
  const unknown = [...secrets.keys()].filter((name) => !new RegExp(`^${name}=$`, "m").test(example));
  if (unknown.length > 0) throw new Error(`${EXAMPLE} has no empty line for ${unknown.join(" and ")}. Restore it.`);
  const text = example.replace(/^(\w+)=$/gm, (line, name: string) => `${line}${secrets.get(name) ?? ""}`);
  try {
    await writeFile(TARGET, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return null;
    throw error;
  }
  return `Wrote ${TARGET} with ${MADE.join(" and ")}. Both are secrets; the file is readable by you alone.

Your callBackUrl:    http://localhost:8787/callback/${secrets.get("CALLBACK_TOKEN")}
Read results with:   Authorization: Bearer ${secrets.get("API_TOKEN")}
${NEXT}`;
}

/** Names only: this output may be shown around. */
async function describe(): Promise<string> {
  const values = parseEnv(await readFile(TARGET, "utf8"));
  const wrong = missingSecrets(parseConfig(values));
  const set = Object.keys(values).filter((name) => values[name] !== "" && !wrong.includes(name));
  return `${TARGET} exists and was not changed.
Set:                 ${set.join(", ") || "nothing"}
Missing or invalid:  ${wrong.join(", ") || "nothing"}
${wrong.length === 0 ? "" : `Write each into ${TARGET} yourself: at least 32 characters, such as \`openssl rand -hex 32\` prints.\n`}
Your callBackUrl:    http://localhost:8787/callback/<CALLBACK_TOKEN>
${NEXT}`;
}

function sentenceOf(error: unknown): string {
  if (codeOf(error) === "ENOENT") return `There is no ${EXAMPLE} here. Run this in the project's folder: npm run setup`;
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
