/** Which addresses may be fetched. */
import { expect, test } from "vitest";
import { refusal, type SourcePolicy } from "../../src/core/source-policy.ts";
import { pattern } from "./patterns.ts";
import { like } from "./matchers.ts";

const open: SourcePolicy = {
  setting: "AUDIO_ORIGINS",
  origins: null,
  ownHosts: ["backline.example.com", "backline.test:8787"],
};

const ALLOWED = [
  "https://cdn.example.com/a.mp3",
  "https://cdn.example.com:443/a.mp3",
  "https://CDN.Example.COM/a.mp3",
  "https://cdn.example.com./a.mp3",
  "https://tempfile.aiquickdraw.com/r/a.mp3?token=x#y",
  "https://xn--mnchen-3ya.example/a.mp3",
  "https://münchen.example/a.mp3",
  "https://a_b.example.com/a.mp3",
  "https://1.example.com/",
  "https://127.0.0.1.example.com/",
  "https://localhost.example.com/",
  "https://backline.example.com.evil.example/",
  "https://not-backline.example.com/",
];

const IP_LITERALS = [
  "https://127.0.0.1/",
  "https://127.0.0.1./",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://017700000001/",
  "https://127.1/",
  "https://127.0.1/",
  "https://%31%32%37.0.0.1/",
  "https://１２７.0.0.1/",
  "https://127。0。0。1/",
  "https://①②⑦.0.0.1/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://100.64.0.1/",
  "https://0.0.0.0/",
  "https://0/",
  "https://255.255.255.255/",
  "https://8.8.8.8/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
  "https://[fe80::1]/",
  "https://[fc00::1]/",
  "https://[2001:db8::1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2606:4700::1111]/",
];

const NO_PUBLIC_NAME = [
  "https://localhost/",
  "https://localhost./",
  "https://LOCALHOST/",
  "https://backline/",
  "https://app.localhost/",
  "https://printer.local/",
  "https://metadata.google.internal/",
  "https://db.internal/",
  "https://nas.lan/",
  "https://router.home/",
  "https://x.home.arpa/",
  "https://1.0.0.127.in-addr.arpa/",
  "https://wiki.corp/",
  "https://x.intranet/",
  "https://x.private/",
  "https://abc.onion/",
  "https://x.test/",
  "https://x.invalid/",
  "https://x.alt/",
  "https://a..example.com/",
  "https://.example.com/",
  "https://example.com../",
  "https://x.localdomain/",
];

const NOT_A_WEB_ADDRESS = [
  "",
  "a.mp3",
  "//cdn.example.com/a.mp3",
  "https://",
  "https://[::1",
  "https://1.2.3.4.5/",
  "https://256.0.0.1/",
  "https://0x100000000/",
  "https://a b.example.com/",
  "https://example.com:99999/",
  "data:audio/mpeg;base64,AAAA",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "ftp://cdn.example.com/a.mp3",
  "blob:https://cdn.example.com/x",
  "ws://cdn.example.com/",
  "about:blank",
  "mailto:a@example.com",
  "gopher://cdn.example.com/",
];

const OTHERWISE_REFUSED = [
  "http://cdn.example.com/a.mp3",
  "http://cdn.example.com:443/",
  "https://cdn.example.com:80/",
  "https://cdn.example.com:8443/",
  "https://cdn.example.com:0/",
  "https://user@cdn.example.com/",
  "https://user:secret@cdn.example.com/",
  "https://:secret@cdn.example.com/",
  "https://cdn.example.com@127.0.0.1/",
  "https://cdn.example.com%40x@127.0.0.1/",
];

test("by default any public https name may be fetched", () => {
  for (const url of ALLOWED) expect([url, refusal(url, open)]).toEqual([url, null]);
});

test("by default no other address may be", () => {
  for (const url of [...IP_LITERALS, ...NO_PUBLIC_NAME, ...NOT_A_WEB_ADDRESS, ...OTHERWISE_REFUSED])
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
