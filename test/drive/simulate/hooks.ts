/**
 * Lets node load the Worker's own modules: `cloudflare:workers` is ours, and one file may be read with a bug in it.
 */
import { registerHooks } from "node:module";
import type { Plant } from "./plants.ts";

/** Must run before anything of `src/platform` is imported. */
export function installHooks(plant: Plant | null): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "cloudflare:workers") return next(specifier, context);
      return { url: new URL("runtime.ts", import.meta.url).href, shortCircuit: true };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (plant === null || !url.endsWith(`/${plant.file}`)) return loaded;
      const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: planted(source, plant) };
    },
  });
}

function planted(source: string, { file, find, replace }: Plant): string {
  if (source.split(find).length !== 2)
    throw new Error(`${file} has changed: what is to be broken stands there no more`);
  return source.replace(find, () => replace);
}
