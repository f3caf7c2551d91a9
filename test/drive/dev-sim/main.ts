/** `npm run dev:sim`: the Worker and a simulated provider on this machine, with sources that work, until Ctrl-C. */
import { once } from "node:events";
import { join, resolve } from "node:path";
import * as z from "zod";
import { runCommand, whole } from "../../rig/local/command.ts";
import { startLoginLink } from "../../rig/local/login-link.ts";
import { holdDataFolder } from "../demo/data-folder.ts";
import { howToOpen } from "../demo/report.ts";
import { startPlayground } from "../demo/playground.ts";
import { demoSecrets, SECRETS_FILE } from "../demo/secrets.ts";

const USAGE = `Usage: npm run dev:sim -- [options]

Starts Backline and a simulated provider that it submits to. Needs no account.

  --port N   where the Worker listens (default 8787; 0 takes a free one)
  --data DIR where files and tasks are kept between runs (default .backline/dev-sim)
  --help     this`;

await runCommand({
  usage: USAGE,
  flags: { port: { type: "string" }, data: { type: "string" } },
  options: z.object({
    port: whole.pipe(z.number().max(65_535, "must be at most 65535")).default(8787),
    data: z.string().min(1, "must name a folder").default(".backline/dev-sim"),
  }),
  run: async ({ port, data }, signal) => run(port, resolve(data), signal),
});

async function run(port: number, dataDir: string, end: AbortSignal): Promise<boolean> {
  await holdDataFolder(dataDir);
  const secrets = await demoSecrets(dataDir);
  const playground = await startPlayground(
    { dataDir, port, secrets, songSeconds: 30, timeScale: 10, chaosSeed: null, flawed: false, onLog: console.log },
    end,
  );
  const { origin, provider } = playground;
  const login = await startLoginLink(`${origin}/new`, secrets.API_TOKEN);
  const source = provider.sourceUrl("vocals");
  const body = `{"uploadUrl": "${source}", "title": "Night drive", "tags": "synthwave", "negativeTags": "vocals", "model": "V5"}`;
  console.log(`Backline listens on ${origin}, the provider on ${provider.url}. Its takes have a tempo of their own.
The tokens are in ${join(dataDir, SECRETS_FILE)}. To submit its source ${source}:
  curl -H 'Authorization: Bearer ${secrets.API_TOKEN}' -H 'Content-Type: application/json' ${origin}/tasks -d '${body}'
Ctrl-C ends both; what was kept stays on disk.`);
  for (const line of howToOpen(login.url, `${origin}/new`, secrets.API_TOKEN)) console.log(line);
  if (!end.aborted) await once(end, "abort");
  await login.stop();
  await playground.stop();
  console.log("Stopped. The tasks and their files stay on disk.");
  return true;
}
