/** What is installed: from no particular registry, with no scripts but those that are named, under licences that allow it. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";

const ROOT = `${import.meta.dirname}/../..`;
const LICENCES = new Set([
  "0BSD",
  "Apache-2.0",
  "Artistic-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
  "WTFPL",
]);
/** Of the images that miniflare can resize, which nothing here loads. */
const LIBVIPS = { name: "@img/sharp-", licence: "LGPL-3.0-or-later" };

const lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const manifest = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  allowScripts: z.record(z.string(), z.boolean()).optional(),
});

const { packages } = lock.parse(json("package-lock.json"));
const installed = Object.entries(packages).filter(
  ([path]) => path !== "" && existsSync(`${ROOT}/${path}/package.json`),
);

test("the lockfile names no registry", () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

test("every package is known by its bytes", () => {
  const unknown = Object.entries(packages).filter(([path, { integrity }]) => path !== "" && integrity === undefined);
  expect(unknown.map(([path]) => path)).toEqual([]);
});

test("the tools that are built for one system are there for each", () => {
  for (const system of ["darwin-64", "darwin-arm64", "linux-64", "linux-arm64", "windows-64"])
    expect(packages).toHaveProperty([`node_modules/@cloudflare/workerd-${system}`]);
  for (const system of ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"])
    expect(packages).toHaveProperty([`node_modules/@esbuild/${system}`]);
});

test("each package with an install script is allowed to run it, or told not to", () => {
  const { allowScripts = {} } = manifest.parse(json("package.json"));
  const running = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [path.split("node_modules/").at(-1) ?? path] : [],
  );
  // fsevents is for macOS alone, and comes built.
  expect([...new Set(running)].filter((name) => name !== "fsevents").toSorted()).toEqual(
    Object.keys(allowScripts).toSorted(),
  );
});

test("every installed package has a licence that can be lived with", () => {
  expect(installed.length).toBeGreaterThan(100);
  const others = installed.flatMap(([path]) => {
    const { name = path, license } = manifest.parse(json(`${path}/package.json`));
    const stated = typeof license === "string" ? license : (license?.type ?? "none");
    const choices = stated.replaceAll(/[()]/g, "").split(/ OR | AND /);
    const isAllowed = (licence: string): boolean =>
      LICENCES.has(licence) || (licence === LIBVIPS.licence && name.startsWith(LIBVIPS.name));
    const isKnown = stated.includes(" AND ") ? choices.every(isAllowed) : choices.some(isAllowed);
    return isKnown ? [] : [`${name}: ${stated}`];
  });
  expect(others).toEqual([]);
});

test("what is shipped under another licence than its package states is named with its source", () => {
  // The package says MIT; the library that is compiled into it has its own.
  const decoder = manifest.parse(json("node_modules/mpg123-decoder/package.json"));
  expect(decoder.license).toBe("MIT");
  const notice = readFileSync(`${ROOT}/src/platform/audio/NOTICE`, "utf8");
  for (const named of [
    `mpg123-decoder ${decoder.version}`,
    "libmpg123 1.29.0",
    "GNU Lesser General Public",
    "version 2.1",
    "https://",
  ])
    expect(notice).toContain(named);
});

test("the library that is shipped lies where the notice says", () => {
  const [path = ""] = /src\/\S+\.wasm/.exec(readFileSync(`${ROOT}/src/platform/audio/NOTICE`, "utf8")) ?? [];
  expect(readFileSync(`${ROOT}/.gitignore`, "utf8").split("\n")).toContain(path);
});

test("each claim of the README's security names a test that is there", () => {
  const [, section = ""] = /\n## Security\n(.*?)\n## /s.exec(readFileSync(`${ROOT}/README.md`, "utf8")) ?? [];
  const claims = section.split("\n").filter((line) => line.startsWith("- "));
  expect(claims.length).toBeGreaterThan(10);
  for (const claim of claims) {
    const named = Array.from(claim.matchAll(/`(test\/[^`]+)`/g), ([, path = ""]) => path);
    expect([claim, named.length > 0, named.filter((path) => !existsSync(`${ROOT}/${path}`))]).toEqual([
      claim,
      true,
      [],
    ]);
  }
});

function json(path: string): unknown {
  return JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8"));
}
