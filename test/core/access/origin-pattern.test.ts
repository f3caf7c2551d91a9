/** A configured list of origins, CSP-style: what its entries allow. */
import { expect, test } from "vitest";
import { isLoopback, originPattern, refusal } from "../../../src/core/access/fetch-policy.ts";
import { pattern } from "../patterns.ts";

function allows(text: string, url: string): boolean {
  return refusal(url, { setting: "AUDIO_ORIGINS", origins: [pattern(text)], ownHosts: [] }) === null;
}

test("a list replaces the default", () => {
  expect(refusal("https://cdn.example.com/", { setting: "AUDIO_ORIGINS", origins: [], ownHosts: [] })).toMatch(
    /not in AUDIO_ORIGINS$/,
  );
  expect(allows("https://cdn.example.com", "https://cdn.example.com/a.mp3")).toBe(true);
  expect(allows("https://cdn.example.com", "https://other.example.com/")).toBe(false);
  expect(allows("https://cdn.example.com", "http://cdn.example.com/")).toBe(false);
  expect(allows("http://127.0.0.1:*", "http://127.0.0.1:5123/a.mp3")).toBe(true);
  expect(allows("http://127.0.0.1:*", "http://2130706433:5123/")).toBe(true);
  expect(allows("http://[::1]:8080", "http://[0:0::1]:8080/")).toBe(true);
  expect(allows("http://127.0.0.1:*", "http://user@127.0.0.1:5123/")).toBe(false);
});

test("a list still refuses what carries a password or is no web address", () => {
  expect(allows("https://*.example.com", "https://x:y@cdn.example.com/")).toBe(false);
  expect(allows("https://*.example.com", "ftp://cdn.example.com/")).toBe(false);
});

test("a wildcard stands for subdomains only", () => {
  expect(allows("https://*.example.com", "https://a.b.example.com/")).toBe(true);
  expect(allows("https://*.example.com", "https://a.example.com./")).toBe(true);
  expect(allows("https://*.example.com", "https://example.com/")).toBe(false);
  expect(allows("https://*.example.com", "https://badexample.com/")).toBe(false);
  expect(allows("https://*.example.com", "https://a.example.com.evil.net/")).toBe(false);
});

test("a port is the protocol's own, a number, or any", () => {
  expect(allows("https://cdn.example.com", "https://cdn.example.com:8443/")).toBe(false);
  expect(allows("https://cdn.example.com:8443", "https://cdn.example.com:8443/")).toBe(true);
  expect(allows("https://cdn.example.com:443", "https://cdn.example.com/")).toBe(true);
  expect(allows("https://cdn.example.com:*", "https://cdn.example.com/")).toBe(true);
  expect(allows("https://cdn.example.com:*", "https://cdn.example.com:1/")).toBe(true);
});

test("a pattern is read like a URL's origin", () => {
  expect(allows("HTTPS://CDN.Example.com".replace("HTTPS", "https"), "https://cdn.example.com/")).toBe(true);
  expect(allows("https://cdn.example.com./", "https://cdn.example.com/")).toBe(true);
  const bad = [
    "",
    "*",
    "https://*",
    "cdn.example.com",
    "ftp://cdn.example.com",
    "https://",
    "https://a/b",
    "https://a:b",
    "https://a:99999",
    "https://u@a.com",
    "https://a.*.com",
    "https://a.com?x",
    "https://[::1",
  ];
  for (const text of bad) expect([text, originPattern(text)]).toEqual([text, null]);
});

test("loopback is told from the rest", () => {
  for (const text of ["http://127.0.0.1:*", "http://localhost:8080", "http://[::1]:1", "http://0x7f.1"])
    expect(isLoopback(pattern(text))).toBe(true);
  for (const text of ["https://cdn.example.com", "http://10.0.0.1"]) expect(isLoopback(pattern(text))).toBe(false);
});
