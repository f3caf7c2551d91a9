/** The API's page: open, under a policy of its own, and about nothing but our own origin. */
import { expect, test } from "vitest";
import { request, worker, workerWith } from "../worker.ts";

test("it is open, whatever is configured, and comes with a policy that lets nothing leave", async () => {
  const response = await workerWith({ API_TOKEN: "", CALLBACK_TOKEN: "" })(request("/docs"));
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
  const policy = new Map(
    (response.headers.get("content-security-policy") ?? "").split("; ").map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );
  expect(Object.fromEntries(policy)).toEqual({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
  });
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
});

test("it names no other origin, has nothing inline, and leads to the description without one", async () => {
  const html = await (await worker(request("/docs"))).text();
  expect(html.startsWith("<!doctype html><html")).toBe(true);
  const addresses = [...html.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) expect(address).toMatch(/^\/(?!\/)/);
  expect(html).not.toMatch(/https?:|<script(?![^>]*\ssrc=)|<style|\son\w+=/);
  expect(html).toContain('<a href="/openapi.json">');
});

test("the description and the state of the Worker lead to it", async () => {
  for (const path of ["/openapi.json", "/health", "/docs"]) {
    const response = await worker(request(path));
    expect(response.headers.get("link")).toBe('</docs>; rel="service-doc", </openapi.json>; rel="service-desc"');
  }
});
