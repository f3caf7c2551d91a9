/** The echo of the request is taken out of a message before it is stored. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutEcho } from "../../../src/core/provider/request-echo.ts";

const TOKEN = "secret-token-0123456789abcdef0123456789";
const URL_WITH_TOKEN = `https://backline.example.com/callback/${TOKEN}`;

test("a message without an echo stays as it came, to the byte", () => {
  for (const text of ['{ "code" : 1.50, "data":{"title":"the param of callbacks"} }', "[]", "", "no JSON", '"\\u00e9"'])
    expect(withoutEcho(text)).toBe(text);
});

test("the echo of the request is removed, in every spelling and at every depth", () => {
  const echoes = [
    { data: { param: JSON.stringify({ callBackUrl: URL_WITH_TOKEN }), taskId: "t" } },
    { data: { param: { deep: [{ callBackUrl: URL_WITH_TOKEN }] }, taskId: "t" } },
    { callBackUrl: URL_WITH_TOKEN, callbackUrl: URL_WITH_TOKEN, callback_url: URL_WITH_TOKEN, data: { taskId: "t" } },
    { list: [[{ PARAM: [URL_WITH_TOKEN] }]], data: { taskId: "t" } },
  ];
  for (const echo of echoes) {
    const text = withoutEcho(JSON.stringify(echo));
    expect(text).not.toContain(TOKEN);
    expect(JSON.parse(text)).toMatchObject({ data: { taskId: "t" } });
  }
});

test("an escaped name is still the name", () => {
  expect(JSON.parse(withoutEcho(String.raw`{"par\u0061m":"${TOKEN}","x":1}`))).toEqual({ param: "[removed]", x: 1 });
});

test("a name that is none, or a very long one, is passed over", () => {
  for (const name of [String.raw`\qparam`, "param".repeat(30)]) {
    const text = `{"${name}":"kept","a":1}`;
    expect(withoutEcho(text)).toBe(text);
  }
});

test("values of every kind are removed whole and leave their neighbours", () => {
  for (const value of ["null", "-1.5e3", "true", '""', '"a\\"}]"', "{}", "[]", '{"a":["}",{"b":"]"}]}', " [ 1 , 2 ] "])
    expect(JSON.parse(withoutEcho(`{"a":1,"param" : ${value},"b":[{"param":${value}}],"c":"param"}`))).toEqual({
      a: 1,
      param: "[removed]",
      b: [{ param: "[removed]" }],
      c: "param",
    });
});

test("any depth will do", () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  expect(withoutEcho(`{"param":${deep},"a":1}`)).toBe('{"param":"[removed]","a":1}');
  expect(withoutEcho(`{"a":${deep},"param":"${TOKEN}"}`)).toBe(`{"a":${deep},"param":"[removed]"}`);
});

const key = fc.oneof(fc.constantFrom("param", "callBackUrl", "callback_url", "a", "b"), fc.string({ maxLength: 4 }));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

test("working on the text gives what working on the parsed message gives", () => {
  const echo = /^(param|callbackurl|callback_url)$/i;
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (json, indent) => {
      const expected: unknown = JSON.parse(
        JSON.stringify(json, (name, one: unknown) => (echo.test(name) ? "[removed]" : one)),
      );
      const redacted = withoutEcho(JSON.stringify(json, null, indent));
      expect(JSON.parse(redacted)).toEqual(expected);
      expect(withoutEcho(redacted)).toBe(redacted);
    }),
    { numRuns: 500 },
  );
});

test("text that is no JSON never makes it fail", () => {
  const broken = fc.array(fc.constantFrom('"param"', ":", '"', "\\", "{", "}", "[", "]", ",", " ", "x", "param"), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(broken, (parts) => {
      expect(withoutEcho(parts.join("")).length).toBeLessThanOrEqual(parts.join("").length + 11 * parts.length);
    }),
    { numRuns: 500 },
  );
});
