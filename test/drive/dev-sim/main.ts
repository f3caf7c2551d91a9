/** `npm run dev:sim`: the Worker and a simulated provider on this machine, with sources that work, until Ctrl-C. */
import { once } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { endSignal } from "../demo/end.ts";
import { startPlayground } from "../demo/playground.ts";
import { demoSecrets } from "../demo/secrets.ts";

const USAGE = `Usage: npm run dev:sim -- [options]

Starts Backline and a simulated provider that it submits to. Needs no account.

  --port N   where the Worker listens (default 8787; 0 takes a free one)
  --data DIR where files and tasks are kept between runs (default .backline/dev-sim)
  --help     this`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8787" },
    data: { type: "string", default: ".backline/dev-sim" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(USAGE);
else {
  try {
    await run(Number(values.port), resolve(values.data));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function run(port: number, dataDir: string): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port must be a whole number to 65535.");
  const end = endSignal();
  const secrets = await demoSecrets(dataDir);
  const playground = await startPlayground(
    { dataDir, port, secrets, songSeconds: 30, timeScale: 10, chaosSeed: null, asks: true, onLog: console.log },
    end,
  );
  const { origin, provider } = playground;
  console.log(`Open ${origin}/new and log in with ${secrets.API_TOKEN}
The provider listens on ${provider.url}; a source to submit: ${provider.sourceUrl("vocals")}
Ctrl-C ends both; what was kept stays in ${dataDir}.`);
  if (!end.aborted) await once(end, "abort");
  await playground.stop();
}
