/**
 * Lets node load the Worker's own modules: `cloudflare:workers` is ours, decoders are left out, buffers are as small as
 * the files here, and one file may be read with a bug in it.
 */
import { registerHooks } from "node:module";
import type { Plant } from "../plants.ts";

/** Most of the time would go into room for files that are a thousand times larger. */
const SMALL: readonly Plant[] = [
  {
    file: "src/platform/audio/body-reader.ts",
    find: "const CHUNK_BYTES = 128 * 1_024;",
    replace: "const CHUNK_BYTES = 1_024;",
  },
  {
    file: "src/platform/audio/store.ts",
    find: "const PART_BYTES = 5 * 1_024 * 1_024;",
    replace: "const PART_BYTES = 16 * 1_024;",
  },
];

/** Must run before anything of `src/platform` is imported. */
export function installHooks(plant: Plant | null): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.endsWith(".wasm")) return { url: "data:text/javascript,export default null", shortCircuit: true };
      if (specifier !== "cloudflare:workers") return next(specifier, context);
      return { url: new URL("runtime.ts", import.meta.url).href, shortCircuit: true };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const changes = [...SMALL, ...(plant === null ? [] : [plant])].filter(({ file }) => url.endsWith(`/${file}`));
      if (changes.length === 0) return loaded;
      const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: changes.reduce(planted, source) };
    },
  });
}

function planted(source: string, { file, find, replace }: Plant): string {
  if (source.split(find).length !== 2)
    throw new Error(`${file} has changed: what is to be broken stands there no more`);
  return source.replace(find, () => replace);
}
