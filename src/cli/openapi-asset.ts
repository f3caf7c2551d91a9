/**
 * The API's description, as the file that `/openapi.json` serves.
 *
 * It is made of the schemas that the routes work with, so the routes are bundled for node with the platform left out:
 * nothing of it runs while the schemas are read.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import * as z from "zod";

const DOCUMENT = fileURLToPath(new URL("../openapi/document.ts", import.meta.url));
const made = z.object({ openApiDocument: z.custom<() => object>((value) => typeof value === "function") });

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
  await mkdir(target, { recursive: true });
  await writeFile(new URL("openapi.json", target), JSON.stringify(await describeApi()));
}

async function describeApi(): Promise<object> {
  const { outputFiles } = await build({
    entryPoints: [DOCUMENT],
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
  return made.parse(await import(`data:text/javascript;base64,${script}`)).openApiDocument();
}
