/** The documentation: open, in the frame of the site, made of our own schemas, and loading nothing from elsewhere. */
import { expect, test } from "vitest";
import { FINDING_CODES } from "../../../src/core/audio/findings/findings.ts";
import { NOTICE_KINDS } from "../../../src/core/task/event.ts";
import { PROBLEMS } from "../../../src/http/problem.ts";
import { openApiDocument } from "../../../src/openapi/document.ts";
import { session } from "../sessions.ts";
import { request, worker, workerWith } from "../worker.ts";

const PAGES = ["/docs", "/docs/operating", "/docs/problems", "/docs/notices", "/docs/findings"];

test("it is open, whatever is configured, under the policy of every page", async () => {
  for (const path of PAGES) {
    const response = await workerWith({ API_TOKEN: "", CALLBACK_TOKEN: "" })(request(path));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    const policy = response.headers.get("content-security-policy");
    expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-[\w-]+'; style-src 'self' 'nonce-/);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("it loads nothing from another origin, runs nothing of its own, and is in the frame of the site", async () => {
  for (const path of PAGES) {
    const html = await htmlOf(path);
    const loaded = [...html.matchAll(/\s(?:src|action)="([^"]*)"|<link[^>]*\shref="([^"]*)"/g)];
    for (const [, source = "", sheet = ""] of loaded) expect(source + sheet).toMatch(/^\/(?!\/)/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|<iframe|<object/);
    expect(html).toContain('<nav aria-label="Main">');
    expect(html.match(/aria-current="page"/g)).toHaveLength(1);
    expect(html).toContain('href="/login"');
  }
  const signedIn = await worker(request("/docs", { headers: session() }));
  expect(await signedIn.text()).toContain("Log out");
});

test("each operation, shape, problem, notice and finding stands where it is looked for", async () => {
  const [api, problems, notices, findings] = await Promise.all([
    htmlOf("/docs"),
    htmlOf("/docs/problems"),
    htmlOf("/docs/notices"),
    htmlOf("/docs/findings"),
  ]);
  const { paths, components } = openApiDocument();
  const ids = [...JSON.stringify(paths).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(30);
  for (const id of ids) expect(api).toContain(`<div id="${id}">`);
  for (const name of Object.keys(components.schemas)) expect(api).toContain(`<div id="schema-${name}">`);
  expect(api).toContain('<a href="/openapi.json">');
  for (const type of Object.keys(PROBLEMS)) expect(problems).toContain(`<h2 id="${type}">`);
  for (const kind of NOTICE_KINDS) expect(notices).toContain(kind);
  for (const code of FINDING_CODES) expect(findings).toContain(`<code id="${code}">`);
});

test("each link within the documentation leads to something", async () => {
  const pages = new Map(await Promise.all(PAGES.map(async (path) => [path, await htmlOf(path)] as const)));
  for (const [path, html] of pages) {
    const links = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href = ""]) => new URL(href, `https://w${path}`));
    const own = links.filter(({ origin, pathname }) => origin === "https://w" && pathname.startsWith("/docs"));
    for (const { pathname, hash } of own)
      expect(pages.get(pathname)).toContain(hash === "" ? "<h1>" : `id="${hash.slice(1)}"`);
  }
});

test("the description and the state of the Worker lead to it", async () => {
  for (const path of ["/openapi.json", "/health", "/docs"]) {
    const response = await worker(request(path));
    expect(response.headers.get("link")).toBe('</docs>; rel="service-doc", </openapi.json>; rel="service-desc"');
  }
});

async function htmlOf(path: string): Promise<string> {
  return (await worker(request(path))).text();
}
