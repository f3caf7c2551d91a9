/**
 * The API's description, as the file that `/openapi.json` serves, and what stands on the pages of `/docs`.
 *
 * Both are made of the schemas that the routes work with, so the routes are bundled for node with the platform left out:
 * nothing of it runs while the schemas are read.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import * as z from "zod";

const SOURCE = new URL("../", import.meta.url);
const described = z.object({ openApiDocument: z.custom<() => object>((value) => typeof value === "function") });
const documented = z.object({
  docsPages: z.custom<(reference: string) => Promise<Record<string, string>>>((value) => typeof value === "function"),
});

const withoutPlatform: Plugin = {
  name: "without-platform",
  setup(bundler) {
    bundler.onResolve({ filter: /^cloudflare:|\.wasm$/ }, ({ path }) => ({ path, namespace: "platform" }));
    bundler.onLoad({ filter: /./, namespace: "platform" }, () => ({
      contents: "export class DurableObject {} export class WorkerEntrypoint {} export default null;",
    }));
  },
};

/** `target` is a folder that is served, with a slash at its end. */
export async function writeOpenApi(target: URL): Promise<void> {
  const { openApiDocument } = described.parse(await bundled("openapi/document.ts"));
  const { docsPages } = documented.parse(await bundled("docs/pages.tsx"));
  const reference = await readFile(new URL("http/README.md", SOURCE), "utf8");
  await mkdir(new URL("docs/", target), { recursive: true });
  await writeFile(new URL("openapi.json", target), JSON.stringify(openApiDocument()));
  for (const [name, markup] of Object.entries(await docsPages(reference)))
    await writeFile(new URL(`docs/${name}.txt`, target), markup);
}

async function bundled(entry: string): Promise<unknown> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, SOURCE))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    plugins: [withoutPlatform],
    logLevel: "warning",
  });
  const script = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${script}`);
}
