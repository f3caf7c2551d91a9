/** `npm run setup`, in a folder of its own. */
import { execFile } from "node:child_process";
import { copyFile, mkdtempDisposable, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { missingSecrets, parseConfig } from "../../../src/core/config.ts";
import { ROOT } from "../../rig/local/bundle.ts";

test.concurrent("makes secrets that open the Worker, for this user's eyes alone", async () => {
  await using fresh = await freshFolder();
  const folder = fresh.path;
  const { code, stdout } = await setup(folder);
  expect(code).toBe(0);
  const text = await readFile(join(folder, ".dev.vars"), "utf8");
  const { CALLBACK_TOKEN = "", API_TOKEN = "", ...rest } = parseEnv(text);
  expect(missingSecrets(parseConfig({ CALLBACK_TOKEN, API_TOKEN }))).toEqual([]);
  for (const secret of [CALLBACK_TOKEN, API_TOKEN]) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(CALLBACK_TOKEN).not.toBe(API_TOKEN);
  expect(Object.values(rest).filter((value) => value !== "")).toEqual([]);
  expect((await stat(join(folder, ".dev.vars"))).mode & 0o777).toBe(0o600);

  const example = await readFile(join(ROOT, ".dev.vars.example"), "utf8");
  expect(text.replace(CALLBACK_TOKEN, "").replace(API_TOKEN, "")).toBe(example);
  expect(stdout).toContain(`http://localhost:8787/callback/${CALLBACK_TOKEN}\n`);
  expect(stdout).toContain("npx wrangler secret put CALLBACK_TOKEN");
  expect(stdout).toContain("npx wrangler secret put API_TOKEN");
});

test.concurrent("gives different secrets each time", async () => {
  await using one = await freshFolder();
  await using other = await freshFolder();
  await Promise.all([setup(one.path), setup(other.path)]);
  const [made, again] = await Promise.all([one, other].map(({ path }) => readFile(join(path, ".dev.vars"), "utf8")));
  expect(made).not.toBe(again);
});

test.concurrent("changes nothing in a file that exists, and names what it lacks without any value", async () => {
  await using fresh = await freshFolder();
  const folder = fresh.path;
  const known = `# mine\nAPI_TOKEN="an-api-token-0123456789abcdef0123456789"\nPROVIDER_API_KEY=private-key\n`;
  await writeFile(join(folder, ".dev.vars"), known, { mode: 0o640 });
  const { code, stdout } = await setup(folder);
  expect(code).toBe(0);
  expect(await readFile(join(folder, ".dev.vars"), "utf8")).toBe(known);
  expect((await stat(join(folder, ".dev.vars"))).mode & 0o777).toBe(0o640);
  expect(stdout).toMatch(/^Set: +API_TOKEN, PROVIDER_API_KEY$/m);
  expect(stdout).toMatch(/^Missing or invalid: +CALLBACK_TOKEN$/m);
  expect(stdout).not.toMatch(/aaaa|private-key/);
});

test.concurrent("says where it has to be run", async () => {
  await using elsewhere = await mkdtempDisposable(join(tmpdir(), "backline-setup-"));
  const { code, stderr } = await setup(elsewhere.path);
  expect([code, stderr]).toEqual([1, expect.stringContaining("Run this in the project's folder")]);
});

/** Holds what a fresh clone holds. */
async function freshFolder(): Promise<Awaited<ReturnType<typeof mkdtempDisposable>>> {
  const folder = await mkdtempDisposable(join(tmpdir(), "backline-setup-"));
  await copyFile(join(ROOT, ".dev.vars.example"), join(folder.path, ".dev.vars.example"));
  return folder;
}

async function setup(
  cwd: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, "src/cli/setup.ts")], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
