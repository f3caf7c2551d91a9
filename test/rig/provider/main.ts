/**
 * `npm run provider`: the simulated provider on its own, against any receiver.
 *
 * Without `--callback` it serves and waits to be submitted to; with it, it submits tasks to itself and prints a
 * line per attempt. What follows `/callback/` is a secret and never printed.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Provider, type ProviderEvent, startProvider } from "./provider.ts";
import { masked } from "./sent.ts";

const USAGE = `Usage: npm run provider -- [options]

Runs the simulated provider alone, against any receiver.

  --port N             where to listen (default 8788; 0 takes a free one)
  --public-url URL     where receivers reach it, when not there
  --callback URL       submit tasks with this callBackUrl
  --tasks N            how many (default 1)
  --once               with --callback: exit when all is sent and 5 s pass without a download
  --time-scale X       how much faster than the real one (default 10)
  --song-seconds N     length of the songs (default 30)
  --seed N             repeat a run
  --hmac-key-env NAME  sign callbacks with the key in this environment variable
  --help               this`;

const QUIET_MS = 5_000;

const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "must be a number")
  .transform(Number);
const whole = number.pipe(z.int());
const address = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" });
const settings = z.object({
  port: whole.pipe(z.number().max(65_535)).default(8788),
  "public-url": address.transform((url) => url.replace(/\/+$/, "")).optional(),
  callback: address.optional(),
  tasks: whole.pipe(z.number().min(1)).default(1),
  once: z.boolean().default(false),
  "time-scale": number.pipe(z.number().positive()).default(10),
  "song-seconds": number.pipe(z.number().min(1).max(600)).default(30),
  seed: whole.optional(),
  "hmac-key-env": z.string().optional(),
});
type Settings = z.infer<typeof settings>;

await run(read());

async function run(given: Settings): Promise<void> {
  let quietSince = Date.now();
  const provider = await started(given, (event) => {
    quietSince = Date.now();
    report(event);
  });
  const stop = (): void => void provider.close();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  console.log(`Simulated provider on ${provider.url}, ${given["time-scale"]} times as fast, seed ${provider.seed}.`);
  console.log(`What it sent: ${provider.url}/_sent`);
  if (given.callback === undefined) return console.log(`Submit with:\n${example(provider)}`);

  const { callback } = given;
  const tasks = Array.from({ length: given.tasks }, (_, index) => {
    const title = `Demo ${index + 1}`;
    return provider.submit({ ...request(provider), title, callBackUrl: callback });
  });
  if (!given.once) return;
  await Promise.all(tasks.map(({ taskId }) => provider.done(taskId)));
  const timer = setInterval(() => {
    if (Date.now() - quietSince > QUIET_MS) stop();
  }, 200);
  provider.closed.addEventListener("abort", () => clearInterval(timer));
  const acknowledged = tasks.filter(({ callbacks }) => callbacks.every(({ outcome }) => outcome === "acknowledged"));
  console.log(`${acknowledged.length} of ${tasks.length} tasks have every callback acknowledged.`);
  if (acknowledged.length < tasks.length) process.exitCode = 1;
}

function read(): Settings {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string" },
        "public-url": { type: "string" },
        callback: { type: "string" },
        tasks: { type: "string" },
        once: { type: "boolean" },
        "time-scale": { type: "string" },
        "song-seconds": { type: "string" },
        seed: { type: "string" },
        "hmac-key-env": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return help();
    const parsed = settings.safeParse(values);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refuse(`--${issue?.path.join(".")}: ${issue?.message}`);
    }
    if (parsed.data.once && parsed.data.callback === undefined) return refuse("--once needs --callback URL");
    return parsed.data;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

async function started(given: Settings, onEvent: (event: ProviderEvent) => void): Promise<Provider> {
  const keyName = given["hmac-key-env"];
  const hmacKey = keyName === undefined ? undefined : process.env[keyName];
  if (keyName !== undefined && !hmacKey) refuse(`--hmac-key-env: ${keyName} is not set`);
  try {
    return await startProvider({
      port: given.port,
      timeScale: given["time-scale"],
      songSeconds: given["song-seconds"],
      ...(given["public-url"] !== undefined && { publicUrl: given["public-url"] }),
      ...(given.seed !== undefined && { seed: given.seed }),
      ...(hmacKey !== undefined && { hmacKey }),
      onEvent,
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function help(): never {
  console.log(USAGE);
  process.exit(0);
}

function refuse(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function report(event: ProviderEvent): void {
  switch (event.type) {
    case "submitted":
      return console.log(`${event.task.taskId} submitted, calling ${masked(event.task.request.callBackUrl)}`);
    case "attempted": {
      const { task, callback, attempt } = event;
      const said = attempt.status ?? attempt.error;
      return console.log(`${task.taskId} ${callback.kind.padEnd(8)} → ${said} (${attempt.ms} ms)`);
    }
    case "fetched": {
      const { path, status, bytes, finished } = event.fetched;
      return console.log(
        `${event.task?.taskId ?? "-".padEnd(32)} served ${status} ${path}, ${bytes} bytes${finished ? "" : ", broken off"}`,
      );
    }
  }
}

function request(provider: Provider): { uploadUrl: string; title: string; tags: string; negativeTags: string } {
  return { uploadUrl: provider.sourceUrl("demo"), title: "Demo", tags: "warm indie pop", negativeTags: "metal" };
}

function example(provider: Provider): string {
  const body = JSON.stringify({ ...request(provider), callBackUrl: "http://127.0.0.1:8787/callback/YOUR_TOKEN" });
  return `curl ${provider.url}/api/v1/generate/add-instrumental -H 'Authorization: Bearer any-key' -H 'Content-Type: application/json' -d '${body}'`;
}
