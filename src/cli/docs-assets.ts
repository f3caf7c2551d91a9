/**
 * What `/docs` loads: Swagger UI as its package ships it, with its licences, and what starts and frames it.
 *
 * The viewer reads our own description and sends nothing elsewhere: no validator, no proxy, no telemetry.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";

const SOURCE = import.meta.resolve("swagger-ui-dist/package.json");
const COPIED = ["swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE", "NOTICE"];

/** Dark where the system is; the viewer's own switch is part of a frame that loads more than is needed. */
const START = `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
const spec = await (await fetch("/openapi.json")).json();
// Examples are shown; what is optional is not filled in for who tries it.
for (const methods of Object.values(spec.paths))
  for (const { parameters = [] } of Object.values(methods))
    for (const parameter of parameters) if (!parameter.required) delete parameter.example;
SwaggerUIBundle({
  spec,
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  defaultModelsExpandDepth: 0,
});
`;

/** The way back, and narrow screens: what is wider than the page scrolls by itself. */
const STYLE = `body { margin: 0 }
nav { max-width: 1460px; margin: auto; padding: 16px 20px 0; font: 14px/1.5 system-ui, sans-serif }
nav a { margin-right: 16px; padding: 4px 0; color: #1a56b0 }
.dark-mode nav a { color: #8ab8ff }
.swagger-ui .info { margin: 24px 0 }
.swagger-ui .opblock-body, .swagger-ui .responses-inner { overflow-x: auto }
`;

/** `target` is the folder that is served under `/assets/docs/`, with a slash at its end. */
export async function writeDocsAssets(target: URL): Promise<void> {
  await mkdir(target, { recursive: true });
  await Promise.all(COPIED.map((name) => copyFile(new URL(name, SOURCE), new URL(name, target))));
  await writeFile(new URL("start.js", target), START);
  await writeFile(new URL("page.css", target), STYLE);
}
