/**
 * `npm run doctor -- https://my.worker`: is a deployed receiver what its provider and its readers need?
 *
 * A line for each check, green or red with its cure; `--json` prints one object. Exit code 1 when any is red, 2 when
 * it was asked wrongly. Secrets come from the environment, else from `.dev.vars`, and are never printed.
 */
import { parseArgs, styleText } from "node:util";
import { parseConfig } from "../core/config.ts";
import { examine } from "./doctor-checks.ts";
import { receiverAt, type DoctorSecrets } from "./doctor-receiver.ts";
import type { Check } from "./doctor-verdict.ts";
import { plain } from "./plain.ts";
import { firstOf, originIn, readSettings } from "./settings.ts";

const USAGE = `Usage: npm run doctor -- https://<your worker> [--json]

Checks a deployed Backline as its provider and its readers would. CALLBACK_TOKEN (or CALLBACK_HMAC_KEY) and API_TOKEN
are read from the environment, else from .dev.vars; they must be those of the Worker. Exit code 1 when a check is red.

  --json   print one JSON object: {ok, checks: [{name, ok, detail, cure}]}
  --help   this`;

type Asked = { readonly origin: string; readonly json: boolean } | { readonly help: true } | { readonly wrong: string };

const asked = read(process.argv.slice(2));
if ("help" in asked) {
  console.log(USAGE);
} else if ("wrong" in asked) {
  console.error(`${asked.wrong}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = (await run(asked.origin, asked.json)) ? 0 : 1;
}

/** Whether all is well. */
async function run(origin: string, json: boolean): Promise<boolean> {
  const checks: Check[] = [];
  for await (const check of examine(receiverAt(origin, await secrets()))) {
    checks.push(check);
    if (!json) console.log(lineOf(check));
  }
  const ok = checks.every((check) => check.ok);
  if (json) console.log(JSON.stringify({ ok, checks }));
  return ok;
}

function lineOf({ name, ok, detail, cure }: Check): string {
  const mark = !ok ? styleText("red", "✗") : cure === null ? styleText("green", "✓") : styleText("yellow", "!");
  return `${mark} ${name.padEnd(15)} ${plain(detail)}${cure === null ? "" : ` ${styleText("bold", plain(cure))}`}`;
}

function read(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    if (values.help) return { help: true };
    const address = originIn(positionals);
    return "wrong" in address ? address : { origin: address.origin, json: values.json };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

async function secrets(): Promise<DoctorSecrets> {
  const config = parseConfig(await readSettings());
  return {
    callbackToken: firstOf(config.callbackToken),
    callbackHmacKey: firstOf(config.callbackHmacKey),
    apiToken: firstOf(config.apiToken),
  };
}
