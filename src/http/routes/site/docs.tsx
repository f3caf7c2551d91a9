/** `GET /docs` and its sections: the API's description and the reference, open to all. The build makes what stands there. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { raw } from "hono/html";
import { DOCS_SECTIONS, docsFile, type DocsSection } from "../../../docs/sections.ts";
import { sessionOf } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { Layout } from "../../pages/frame/layout.tsx";
import { nonceOf, page } from "../../pages/frame/page.ts";
import { Problem } from "../../problem.ts";

const NAMES = ["api", "operating", "problems", "notices", "findings"] as const;

export const docs = new Hono<AppEnv>()
  .get("/docs", (c) => show(c, "api"))
  .get("/docs/:section", (c) => {
    const asked = `/docs/${c.req.param("section")}`;
    const section = NAMES.find((name) => DOCS_SECTIONS[name].path === asked);
    if (section !== undefined) return show(c, section);
    const names = NAMES.map((name) => DOCS_SECTIONS[name].path).join(", ");
    throw new Problem("not_found", `The documentation has no such page. There are ${names}.`);
  });

async function show(c: Context<AppEnv>, name: DocsSection): Promise<Response> {
  const file = await c.env.ASSETS.fetch(new URL(docsFile(name), c.req.url));
  if (!file.ok) throw new Error("the build has left out the documentation");
  const visitor = (await sessionOf(c)) === null ? "stranger" : "person";
  return page(
    c,
    <Layout title={DOCS_SECTIONS[name].title} nonce={nonceOf(c)} visitor={visitor}>
      <nav class="links" aria-label="Documentation">
        {NAMES.map((other) => (
          <a href={DOCS_SECTIONS[other].path} {...(other === name ? { "aria-current": "page" } : {})}>
            {DOCS_SECTIONS[other].title}
          </a>
        ))}
      </nav>
      {raw(await file.text())}
    </Layout>,
  );
}
