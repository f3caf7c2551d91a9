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
    z.looseObject({ resolved: z.string().optional(), hasInstallScript: z.boolean().optional() }),
  ),
});
const manifest = z.looseObject({
  name: z.string().optional(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  scarfSettings: z.unknown().optional(),
  allowScripts: z.record(z.string(), z.boolean()).optional(),
});

const { packages } = lock.parse(json("package-lock.json"));
const installed = Object.entries(packages).filter(
  ([path]) => path !== "" && existsSync(`${ROOT}/${path}/package.json`),
);

test("the lockfile names no registry", () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

test("each package with an install script is allowed to run it, or told not to", () => {
  const { allowScripts = {}, scarfSettings } = manifest.parse(json("package.json"));
  const running = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [path.split("node_modules/").at(-1) ?? path] : [],
  );
  // fsevents is for macOS alone, and comes built.
  expect([...new Set(running)].filter((name) => name !== "fsevents").toSorted()).toEqual(
    Object.keys(allowScripts).toSorted(),
  );
  // It would tell its makers of each install; an npm that does not know allowScripts is told by the setting.
  expect([allowScripts["@scarf/scarf"], scarfSettings]).toEqual([false, { enabled: false }]);
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
  expect(manifest.parse(json("node_modules/mpg123-decoder/package.json")).license).toBe("MIT");
  const notice = readFileSync(`${ROOT}/NOTICE`, "utf8");
  for (const named of ["mpg123-decoder", "libmpg123", "GNU Lesser General Public", "version 2.1", "https://"])
    expect(notice).toContain(named);
});

function json(path: string): unknown {
  return JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8"));
}
