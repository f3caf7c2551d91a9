/** A client that is generated from the description: it compiles under strict TypeScript, and does what it says. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { generate } from "orval";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../rig/local/bundle.ts";
import { API_TOKEN, SOURCE, type Stand } from "../stand.ts";
import { startWorld } from "./ground.ts";

const run = promisify(execFile);
const HERE = join(import.meta.dirname, "client");

let stand: Stand;

beforeAll(async () => {
  stand = await startWorld(null);
});
afterAll(() => stand.stop());

test("the generated client compiles, and a program on it works", async () => {
  const { taskId } = stand.submit("Song");
  const view = await stand.finished(taskId);
  await generate({
    input: { target: `${stand.origin}/openapi.json` },
    output: { target: join(ROOT, "build/client/client.ts"), client: "fetch", mode: "single", baseUrl: stand.origin },
  });
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  await run(process.execPath, [tsc, "-p", HERE]).catch((error: Error & { stdout?: string }) => {
    throw new Error(error.stdout ?? error.message);
  });
  const program = [join(HERE, "program.ts"), API_TOKEN, taskId, stand.provider.sourceUrl(SOURCE)];
  const { stdout } = await run(process.execPath, program);
  expect(JSON.parse(stdout)).toEqual({
    bytes: view.tracks.map(({ audio }) => audio.bytes),
    chosen: view.tracks[0]?.trackId,
    listed: true,
    unknown: "urn:backline:problem:task_not_found",
    submitted: ["pending", "pending"],
  });
});
