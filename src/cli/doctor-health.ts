/** What the report of `GET /health` means to the doctor: names and sentences, of which the sentences hold their cure. Pure. */
import { green, red, SAME_SECRETS, type Verdict } from "./doctor-verdict.ts";

export function isConfigured(missing: readonly string[]): Verdict {
  if (missing.length === 0) return green("Every needed secret and binding is there.");
  const secrets = missing.filter((name) => !BINDINGS.has(name)).map((name) => `npx wrangler secret put ${name}`);
  const bound = missing.some((name) => BINDINGS.has(name))
    ? ["restore the bindings of wrangler.toml and deploy again"]
    : [];
  return red(`Missing or invalid: ${missing.join(", ")}.`, `Run: ${[...secrets, ...bound].join("; ")}.`);
}

const BINDINGS: ReadonlySet<string> = new Set(["TASKS", "CATALOG", "AUDIO", "STATE"]);

export function hasCron(warnings: readonly string[]): Verdict {
  const silent = warnings.find(isAboutCron);
  if (silent === undefined) return green("The watchdog ran within 15 minutes, or has had nothing to watch.");
  return red("The cron is silent.", silent);
}

/** The Worker's warnings say what to do themselves. */
export function hasSettings(warnings: readonly string[] | null): Verdict {
  if (warnings === null) return red("The Worker tells its warnings to who has its token alone.", SAME_SECRETS);
  const others = warnings.filter((warning) => !isAboutCron(warning));
  return others.length === 0 ? green("No setting is wrong.") : red(`${others.length} to look at.`, others.join(" "));
}

function isAboutCron(warning: string): boolean {
  return warning.startsWith("The cron ");
}
