/** Node reads TypeScript by itself, but no JSX: this makes it read that too, as `tsconfig.json` says. */
import { transformSync } from "esbuild";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const tsconfigRaw = readFileSync(new URL("../../tsconfig.json", import.meta.url), "utf8");

registerHooks({
  load(url, context, next) {
    if (!url.endsWith(".tsx")) return next(url, context);
    const { code } = transformSync(readFileSync(new URL(url), "utf8"), {
      loader: "tsx",
      sourcemap: "inline",
      sourcefile: url,
      tsconfigRaw,
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});
