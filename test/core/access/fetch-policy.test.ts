/** Which addresses may be fetched. */
import { expect, test } from "vitest";
import { refusal, type SourcePolicy } from "../../../src/core/access/fetch-policy.ts";
import { ALLOWED, IP_LITERALS, NO_PUBLIC_NAME, NOT_A_WEB_ADDRESS, OTHERWISE_REFUSED, RELATIVE } from "./addresses.ts";
import { pattern } from "../patterns.ts";
import { like } from "../matchers.ts";

const open: SourcePolicy = {
  setting: "AUDIO_ORIGINS",
  origins: null,
  ownHosts: ["backline.example.com", "backline.test:8787"],
};

test("by default any public https name may be fetched", () => {
  for (const url of ALLOWED) expect([url, refusal(url, open)]).toEqual([url, null]);
});

test("by default no other address may be", () => {
  for (const url of [...IP_LITERALS, ...NO_PUBLIC_NAME, ...NOT_A_WEB_ADDRESS, ...OTHERWISE_REFUSED, ...RELATIVE])
    expect([url, refusal(url, open)]).toEqual([url, like(/^refused: /)]);
});

test("an IP address is called one", () => {
  for (const url of IP_LITERALS) expect([url, refusal(url, open)]).toEqual([url, like("is an IP address")]);
});

test("our own host is never fetched, however it is written", () => {
  const own = [
    "https://backline.example.com/tasks",
    "https://BACKLINE.example.com/",
    "https://backline.example.com./",
    "https://backline.example.com:443/",
  ];
  const origins = [pattern("https://*.example.com")];
  for (const url of own) {
    expect([url, refusal(url, open)]).toEqual([url, "refused: backline.example.com is this Worker"]);
    expect([url, refusal(url, { ...open, origins })]).toEqual([url, "refused: backline.example.com is this Worker"]);
  }
  const local: SourcePolicy = {
    setting: "AUDIO_ORIGINS" as const,
    ownHosts: ["127.0.0.1:8787", "Backline.test.:8787"],
    origins: [pattern("http://*.test:*"), pattern("http://127.0.0.1:*")],
  };
  expect(refusal("http://127.0.0.1:8787/", local)).toBe("refused: 127.0.0.1:8787 is this Worker");
  expect(refusal("http://backline.test:8787/", local)).toBe("refused: backline.test:8787 is this Worker");
  expect(refusal("http://127.0.0.1:8788/", local)).toBeNull();
});

test("a reason names neither path nor password", () => {
  for (const url of [
    "http://cdn.example.com/token-123",
    "https://token-123@cdn.example.com/",
    "https://10.0.0.1/?token-123",
  ])
    expect(refusal(url, open)).not.toContain("token-123");
});
