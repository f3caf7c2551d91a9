/** No value of a secret is left in a text, in whatever form, and nothing else is taken. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeSession, makeShare, makeSourceLink } from "../../../src/core/access/session.ts";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { redact, redactionOf } from "../../../src/core/provider/redaction.ts";
import { foundIn } from "../../e2e/door/hidden.ts";
import { like } from "../matchers.ts";
import { DEEPER_FORMS, FORMS } from "./secret-forms.ts";

const TOKEN = "callback-token-0123456789abcdef0123456789";
const API_TOKEN = "api_token-ZYXWVUTSRQPONMLKJIHGFEDCBA";
const HMAC_KEY = 'k+/="é signature key';
const NOTIFY_SECRET = `whsec_${btoa("a notify secret of 24 bytes")}`;
const REDACTION = redactionOf([HMAC_KEY, NOTIFY_SECRET], [TOKEN], [API_TOKEN]);
const CAPABILITY = capabilityOf(TOKEN, "order-17");
const LONGEST = capabilityOf(TOKEN, "r".repeat(64));
const ID = "abcdefghijklmnopqrstuv";
const AT = Date.UTC(2026, 0, 5);
/** What opens something, made with a secret: some of it long ago. */
const DERIVED = [
  CAPABILITY,
  LONGEST,
  makeSourceLink(API_TOKEN, "0123456789abcdef".repeat(4), AT),
  makeShare(API_TOKEN, ID, { taskId: "task-1", trackId: null }, AT),
  makeShare(API_TOKEN, ID, { taskId: "task-1", trackId: "a", download: true }, AT),
  makeSession(API_TOKEN, { id: ID, startedAt: AT }, AT),
];

test.each(Object.entries(FORMS))("a secret is removed, and JSON stays JSON: %s", (_, form) => {
  for (const secret of [TOKEN, API_TOKEN, ...DERIVED]) {
    const json = JSON.stringify({ before: "kept", text: `before ${form(secret)} after`, after: [1.5] });
    const redacted = redact(json, REDACTION);
    const parsed: unknown = JSON.parse(redacted);
    expect(parsed).toMatchObject({ before: "kept", text: like(/^before .* after$/s), after: [1.5] });
    const [mac] = secret.split(".").slice(-1);
    expect(foundIn(unescapedOften(redacted), [secret, ...(mac === undefined ? [] : [mac])])).toEqual([]);
  }
});

test.each(Object.entries(DEEPER_FORMS))("what is made with a secret is found deeper: %s", (_, form) => {
  for (const value of DERIVED)
    expect([value, redact(`before ${form(value)} after`, REDACTION)]).toEqual([value, "before [removed] after"]);
});

test("of a link to an uploaded source only what opens it is taken out", () => {
  const id = "0123456789abcdef".repeat(4);
  const link = (token: string) => `https://backline.example.com/sources/${id}?link=${makeSourceLink(token, id, AT)}`;
  const shown = `https://backline.example.com/sources/${id}?link=[removed]`;
  expect(redact(`Cannot fetch ${link(API_TOKEN)}.`, REDACTION)).toBe(`Cannot fetch ${shown}.`);
  expect(redact(encodeURIComponent(link(API_TOKEN)), REDACTION)).toMatch(/link%3D\[removed\]$/);
  expect(redact(link(TOKEN), REDACTION)).toBe(link(TOKEN));
});

test("keys of any characters, and what a whsec_ secret stands for, are removed", () => {
  for (const secret of [HMAC_KEY, NOTIFY_SECRET, atob(NOTIFY_SECRET.slice(6))])
    for (const written of [secret, JSON.stringify(secret), encodeURIComponent(secret), btoa(latin1(`?${secret}`))])
      expect([written, redact(written, REDACTION)]).toEqual([written, expect.stringContaining("[removed]")]);
});

test("bytes that are no text tell none either", () => {
  const utf16 = `\u00ff\u00fe${Array.from(TOKEN, (char) => `${char}\0`).join("")}`;
  expect(redact(utf16, REDACTION)).toBe("\u00ff\u00fe[removed]\0");
});

test("what is no secret stays as it came, to the byte", () => {
  const texts = [
    '{ "code" : 1.50, "data":{"title":"the \\/callback\\/ of %7Elove%zz \\u00e9 &amp; &#x41;"} }',
    `https://cdn.example.com/${"a".repeat(64)}.mp3`,
    `other-order.${"0123456789abcdef".repeat(4)}`,
    capabilityOf("another-token-0123456789abcdef0123456", "order-17"),
    TOKEN.slice(1),
    TOKEN.toUpperCase(),
    "A".repeat(200),
    "",
  ];
  for (const text of texts) expect(redact(text, REDACTION)).toBe(text);
});

test("only the secret is taken out, with what it was escaped by", () => {
  expect(redact(`x\\/${TOKEN}\\n&${CAPABILITY}.`, REDACTION)).toBe("x\\/[removed]\\n&[removed].");
  expect(redact(`a%2F${TOKEN.replaceAll("-", "%252D")}%2Fb`, REDACTION)).toBe("a%2F[removed]%2Fb");
  // A name may have letters before it that could be its own.
  expect(redact(`xx${CAPABILITY}`, REDACTION)).toBe("xx[removed]");
});

test("a short value is no secret: a title may hold it", () => {
  expect(redact("any-key", redactionOf(["any-key", ""], [], []))).toBe("any-key");
});

test("whatever stands around it, no secret is left", () => {
  const secret = fc.constantFrom(TOKEN, API_TOKEN, ...DERIVED);
  const form = fc.constantFrom(...Object.values(FORMS));
  const around = fc.string({ unit: fc.constantFrom("%", "\\", "2", "5", "/", '"', "&", "u", "0", ".", "-", "é", "A") });
  fc.assert(
    fc.property(secret, form, around, around, (one, write, before, after) => {
      const text = `${before} ${write(one)} ${after}`;
      const redacted = redact(text, REDACTION);
      expect(foundIn(unescapedOften(redacted), [one])).toEqual([]);
      expect(redact(redacted, REDACTION)).toBe(redacted);
    }),
    { numRuns: 300 },
  );
});

test("what looks like secrets takes time in proportion to its length", () => {
  const hostile = [
    `${"r".repeat(64)}.${"a".repeat(64)} `,
    `1767600000.${"a".repeat(43)} `,
    `${ID}.1767600000000.`,
    "\\u0025",
    "%25",
    "&#38;",
    "a\0",
    "\\\\",
    "0",
    "QUFB",
    `${"A".repeat(100)} `,
    `${"ab".repeat(60)} `,
  ];
  for (const piece of hostile) {
    const text = piece.repeat(Math.ceil((128 * 1_024) / piece.length));
    const startedAt = performance.now();
    redact(text, REDACTION);
    expect([piece, performance.now() - startedAt < 4_000]).toEqual([piece, true]);
  }
});

/** As whoever tries to read it would. */
function unescapedOften(text: string): string {
  let all = text;
  let current = text;
  for (let layer = 0; layer < 6; layer += 1) {
    current = current
      .replaceAll(/%([0-9a-f]{2})|\\u00([0-9a-f]{2})|&#x([0-9a-f]{2});/gi, (_, ...digits: string[]) =>
        String.fromCharCode(Number.parseInt(digits.slice(0, 3).join(""), 16)),
      )
      .replaceAll(/&#(\d{2,3});/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replaceAll(/(?<=[^\0])\0(?=[^\0])/g, "")
      .replaceAll(/\\([\\/"])/g, "$1");
    all += `\n${current}`;
  }
  return all;
}

function latin1(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
