/** The configuration: what is set, what is missing, and what is said about it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { missingSecrets, parseConfig } from "../../src/core/config.ts";
import type { Secret } from "../../src/core/secrets.ts";
import { anyText } from "./any-text.ts";
import { having, like } from "./matchers.ts";

const TOKEN = "a-token_0123456789abcdefghijklmnop";
const OTHER = "ANOTHER_token-0123456789abcdefghijklmnop";
const THIRD = "third-token-0123456789abcdef0123456789";

function tokenOf(value: unknown): Secret {
  return parseConfig({ CALLBACK_TOKEN: value }).callbackToken;
}

test("an environment without anything has every default and shuts every door", () => {
  for (const env of [{}, null, undefined, "text"]) {
    const config = parseConfig(env);
    expect(config).toMatchObject({
      publicUrl: null,
      audioOrigins: null,
      maxAudioBytes: 104_857_600,
      maxFileBytes: 262_144_000,
      timeScale: 1,
      warnings: [],
    });
    expect(missingSecrets(config)).toEqual(["CALLBACK_TOKEN", "API_TOKEN"]);
  }
});

test("a secret is trimmed, and several values open while it is rotated", () => {
  expect(tokenOf(` ${TOKEN}\n`)).toEqual({ state: "set", values: [TOKEN] });
  expect(tokenOf(`${TOKEN} , ${OTHER}`)).toEqual({ state: "set", values: [TOKEN, OTHER] });
});

test("a secret that is missing, empty between commas, or short opens nothing and says what to do", () => {
  expect(tokenOf("  ")).toMatchObject({ state: "missing", cure: like("CALLBACK_TOKEN is not set") });
  expect(tokenOf({ a: 1 })).toMatchObject({ state: "missing" });
  for (const value of [`${TOKEN},`, `,${TOKEN}`, `${TOKEN},,${OTHER}`, ",", `${TOKEN}, ,${OTHER}`])
    expect([value, tokenOf(value)]).toEqual([value, having({ state: "invalid", cure: like("empty part") })]);
  for (const value of ["short", "t".repeat(31), `${TOKEN},short`, `${" ".repeat(40)}x`])
    expect([value, tokenOf(value)]).toEqual([value, having({ state: "invalid", cure: like("shorter than 32") })]);
});

test("a token works as it is pasted into a URL, or says why not", () => {
  for (const char of ["/", "+", "=", "%", ".", "~", " ", "é", "?", "#", "\\"])
    expect([char, tokenOf(`${TOKEN}${char}${TOKEN}`)]).toEqual([
      char,
      having({ state: "invalid", cure: like("A-Z a-z 0-9 _ -") }),
    ]);
  for (const value of ["t".repeat(32), "abc".repeat(20), "1".repeat(64)])
    expect([value, tokenOf(`g${value}`)]).toEqual([
      value,
      having({ state: "invalid", cure: like("different characters") }),
    ]);
  // Sixteen digits are all that hex has, and a random value lacks some.
  for (const value of ["0123456789abcdef".repeat(4), "0123456789abc".repeat(4), TOKEN])
    expect(tokenOf(value)).toMatchObject({ state: "set" });
});

test("of two secrets with one value the second is refused", () => {
  const both = parseConfig({ CALLBACK_TOKEN: `${OTHER},${TOKEN}`, API_TOKEN: TOKEN, READ_TOKEN: THIRD });
  expect(both.callbackToken.state).toBe("set");
  expect(both.apiToken).toMatchObject({ state: "invalid", cure: like("same value as CALLBACK_TOKEN") });
  expect(missingSecrets(both)).toEqual(["API_TOKEN"]);
  expect(missing({ CALLBACK_TOKEN: TOKEN, API_TOKEN: OTHER, READ_TOKEN: OTHER })).toEqual(["READ_TOKEN"]);
  expect(missing({ CALLBACK_TOKEN: TOKEN, CALLBACK_HMAC_KEY: TOKEN, API_TOKEN: OTHER })).toEqual(["CALLBACK_HMAC_KEY"]);
});

const warned = (env: object) => parseConfig(env).warnings.filter((one) => /https? address|private address/.test(one));

test("an open or a private way to the provider or to who is told is warned of", () => {
  for (const url of ["http://api.example.com", "http://10.0.0.1", "https://10.0.0.1", "https://api.internal:8443"]) {
    expect(warned({ PROVIDER_BASE_URL: url })).toEqual([like(/^PROVIDER_BASE_URL /)]);
    expect(warned({ NOTIFY_URL: `${url}/hook` })).toEqual([like(/^NOTIFY_URL /)]);
  }
  expect(warned({ PROVIDER_BASE_URL: "https://api.kie.ai", NOTIFY_URL: "https://example.com/hook" })).toEqual([]);
  const loopback = { PROVIDER_BASE_URL: "http://127.0.0.1:8788", NOTIFY_URL: "http://127.0.0.1:9000/" };
  expect(warned({ ...loopback, AUDIO_ORIGINS: "http://127.0.0.1:*" })).toEqual([]);
  expect(warned(loopback)).toHaveLength(2);
});

test("a cure never shows the value", () => {
  const secret = tokenOf("hunter2,");
  expect(JSON.stringify(secret)).not.toContain("hunter2");
});

test("the provider's own key may be shorter, but not than sixteen characters", () => {
  expect(parseConfig({ CALLBACK_HMAC_KEY: "k".repeat(16) }).callbackHmacKey).toMatchObject({ state: "set" });
  expect(parseConfig({ CALLBACK_HMAC_KEY: "k".repeat(15) }).callbackHmacKey).toMatchObject({ state: "invalid" });
});

const missing = (env: object) => missingSecrets(parseConfig(env));

test("one of the two callback secrets is enough, and an invalid one is always named", () => {
  const key = "k".repeat(16);
  expect(missing({ CALLBACK_TOKEN: TOKEN, API_TOKEN: OTHER })).toEqual([]);
  expect(missing({ CALLBACK_HMAC_KEY: key, API_TOKEN: TOKEN })).toEqual([]);
  expect(missing({ CALLBACK_TOKEN: "short", CALLBACK_HMAC_KEY: key, API_TOKEN: TOKEN })).toEqual(["CALLBACK_TOKEN"]);
  expect(missing({ CALLBACK_HMAC_KEY: "short", API_TOKEN: TOKEN })).toEqual(["CALLBACK_HMAC_KEY"]);
  expect(missing({ CALLBACK_TOKEN: TOKEN, API_TOKEN: "short" })).toEqual(["API_TOKEN"]);
});

test("vars may be numbers, and a bad one counts as its default with a warning that names it", () => {
  expect(parseConfig({ MAX_AUDIO_BYTES: 5_000 }).maxAudioBytes).toBe(5_000);
  for (const value of ["0", "-1", "1.5", "many"]) {
    const { maxAudioBytes, warnings } = parseConfig({ MAX_AUDIO_BYTES: value });
    expect(maxAudioBytes).toBe(104_857_600);
    expect(warnings).toEqual([like(/^MAX_AUDIO_BYTES .*104857600/)]);
  }
});

test("origins are a list, and one bad entry allows nothing", () => {
  expect(parseConfig({ AUDIO_ORIGINS: " https://*.example.com\n http://127.0.0.1:* " }).audioOrigins).toHaveLength(2);
  const { audioOrigins, warnings } = parseConfig({ AUDIO_ORIGINS: "https://*.example.com example.org" });
  expect(audioOrigins).toEqual([]);
  expect(warnings).toEqual([like(/^AUDIO_ORIGINS /)]);
});

test("a public URL is an origin and nothing more", () => {
  expect(parseConfig({ PUBLIC_URL: "https://backline.example.com" }).publicUrl?.host).toBe("backline.example.com");
  expect(parseConfig({ PUBLIC_URL: "http://127.0.0.1:8787/" }).publicUrl?.host).toBe("127.0.0.1:8787");
  for (const value of [
    "backline.example.com",
    "ftp://x.example",
    "https://x.example/path",
    "https://x.example/?q",
    "https://x.example/#h",
    "https://user:pw@x.example/",
  ]) {
    const { publicUrl, warnings } = parseConfig({ PUBLIC_URL: value });
    expect([value, publicUrl]).toEqual([value, null]);
    expect(warnings).toEqual([like(/^PUBLIC_URL /)]);
    expect(warnings.join()).not.toContain("pw");
  }
});

test("a time scale counts only where the origins name loopback", () => {
  const loopback = "http://127.0.0.1:*";
  expect(parseConfig({ TIME_SCALE: "100", AUDIO_ORIGINS: loopback })).toMatchObject({ timeScale: 100, warnings: [] });
  expect(parseConfig({ TIME_SCALE: 0.5, AUDIO_ORIGINS: `https://a.example ${loopback}` }).timeScale).toBe(0.5);
  for (const env of [
    { TIME_SCALE: "100" },
    { TIME_SCALE: "100", AUDIO_ORIGINS: "https://a.example" },
    { TIME_SCALE: "0", AUDIO_ORIGINS: loopback },
    { TIME_SCALE: "fast", AUDIO_ORIGINS: loopback },
    { TIME_SCALE: "Infinity", AUDIO_ORIGINS: loopback },
  ]) {
    expect(parseConfig(env).timeScale).toBe(1);
    expect(parseConfig(env).warnings).toEqual([like(/^TIME_SCALE /)]);
  }
});

test("the provider is API Box unless another origin is named, and its key is optional", () => {
  expect(parseConfig({})).toMatchObject({ providerApiKey: null, sourceOrigins: null, retentionDays: null });
  expect(parseConfig({}).providerBaseUrl.href).toBe("https://api.api.box/");
  expect(parseConfig({ PROVIDER_BASE_URL: "https://api.kie.ai" }).providerBaseUrl.host).toBe("api.kie.ai");
  const bad = parseConfig({ PROVIDER_BASE_URL: "api.kie.ai", RETENTION_DAYS: "soon", PROVIDER_API_KEY: " key " });
  expect(bad.providerBaseUrl.host).toBe("api.api.box");
  expect(bad).toMatchObject({ retentionDays: null, providerApiKey: "key" });
  expect(bad.warnings).toEqual([like(/^PROVIDER_BASE_URL /), like(/^RETENTION_DAYS /)]);
  expect(parseConfig({ RETENTION_DAYS: 30 }).retentionDays).toBe(30);
});

const TOLD = { NOTIFY_URL: "https://hooks.example.com/backline?a=b", NOTIFY_SECRET: "a secret of 24 characters" };
const toldWith = (env: object) => parseConfig({ ...TOLD, ...env });

test("an endpoint is told under each secret, which is whsec_ and base64 or any text", () => {
  expect(parseConfig({})).toMatchObject({ notify: null, warnings: [] });
  expect(toldWith({})).toMatchObject({
    notify: { url: { href: TOLD.NOTIFY_URL }, secrets: [TOLD.NOTIFY_SECRET] },
    warnings: [],
  });
  const key = `whsec_${"A".repeat(32)}`;
  for (const secret of [key, `${key}AA==`, `${key}AAA=`, `${key}+/+/`])
    expect(toldWith({ NOTIFY_SECRET: `${secret}, ${TOLD.NOTIFY_SECRET}` })).toMatchObject({
      notify: { secrets: [secret, TOLD.NOTIFY_SECRET] },
      warnings: [],
    });
});

test("without a good secret nobody is told, and the warning names the variable and the cure, never the value", () => {
  const bad = ["", "short", "é".repeat(24), "whsec_", `whsec_${"A".repeat(31)}`, `whsec_${"A".repeat(33)}`];
  for (const secret of [...bad, `whsec_${"-".repeat(32)}`, `${TOLD.NOTIFY_SECRET},`]) {
    const { notify, warnings } = toldWith({ NOTIFY_SECRET: secret });
    expect([secret, notify]).toEqual([secret, null]);
    expect(warnings).toEqual([like(/^Nobody is told .*NOTIFY_SECRET .*npx wrangler secret put NOTIFY_SECRET/)]);
    expect(warnings.join()).not.toMatch(/AAAA|short\b/);
  }
  expect(parseConfig({ NOTIFY_SECRET: "short" })).toMatchObject({ notify: null, warnings: [] });
});

test("an endpoint is https, or http on loopback where the origins name loopback", () => {
  const loopback = { AUDIO_ORIGINS: "http://127.0.0.1:*" };
  for (const url of ["http://127.0.0.1:9000/hook", "http://localhost/", "https://127.0.0.1:1/", "https://a.example"])
    expect(toldWith({ NOTIFY_URL: url, ...loopback }).notify?.url.href).toBe(new URL(url).href);
  for (const env of [
    { NOTIFY_URL: "http://127.0.0.1:9000/hook" },
    { NOTIFY_URL: "http://127.0.0.1:9000/hook", AUDIO_ORIGINS: "https://cdn.example.com" },
    { NOTIFY_URL: "http://hooks.example.com/", ...loopback },
    { NOTIFY_URL: "https://user:pw@hooks.example.com/" },
    { NOTIFY_URL: "https://user@hooks.example.com/" },
    { NOTIFY_URL: "ftp://hooks.example.com/" },
    { NOTIFY_URL: "ftp://127.0.0.1/", ...loopback },
    { NOTIFY_URL: "hooks.example.com/pw" },
  ]) {
    const { notify, warnings } = toldWith(env);
    expect([env, notify]).toEqual([env, null]);
    expect(warnings).toEqual([like(/^NOTIFY_URL is not used.*https/)]);
    expect(warnings.join()).not.toContain("pw");
  }
});

test("no value of any setting stops the Worker, and none is repeated in what is said about it", () => {
  const names = [
    "CALLBACK_TOKEN CALLBACK_HMAC_KEY API_TOKEN READ_TOKEN PROVIDER_API_KEY PROVIDER_BASE_URL PUBLIC_URL AUDIO_ORIGINS",
    "SOURCE_ORIGINS RETENTION_DAYS RECOVERY MAX_AUDIO_BYTES MAX_FILE_BYTES ASSESS ASSESS_MAX_SECONDS NOTIFY_URL",
    "NOTIFY_SECRET TIME_SCALE",
  ].flatMap((line) => line.split(" "));
  const begun = fc.constantFrom(
    "",
    "whsec_",
    "https://",
    "http://127.0.0.1:",
    `${TOKEN},`,
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,",
  );
  const value = fc.tuple(begun, anyText).map(([start, text]) => start + text);
  fc.assert(
    fc.property(fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] }), (env) => {
      const { warnings, callbackToken, apiToken } = parseConfig({ NOTIFY_URL: "https://example.com/n", ...env });
      const said = [...warnings, ...[callbackToken, apiToken].map((one) => (one.state === "set" ? "" : one.cure))].join(
        " ",
      );
      for (const one of Object.values(env).filter((each) => each !== undefined))
        expect(one.trim().length > 40 && said.includes(one.trim())).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("of several keys of the provider the first is sent, and one that no header can hold is not used, and said", () => {
  for (const [value, key] of [
    ["", null],
    [" first ", "first"],
    ["first, second", "first"],
  ] as const)
    expect(parseConfig({ PROVIDER_API_KEY: value })).toMatchObject({ providerApiKey: key, warnings: [] });
  for (const value of ["a\nb", "a b", "clé", ",second"])
    expect(parseConfig({ PROVIDER_API_KEY: value })).toMatchObject({
      providerApiKey: null,
      warnings: [like("PROVIDER_API_KEY begins with an empty part, or holds what no header can")],
    });
});

test("a secret of notices that is not well-formed is said, and nobody is told", () => {
  for (const value of [
    "whsec_<your secret goes here>",
    "whsec_!!!!!!!!!!!!!!!!!!!!!!!!",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_%%%%%%%%%%%%%%%%%%%%",
  ])
    expect(parseConfig({ NOTIFY_URL: "https://example.com/n", NOTIFY_SECRET: value })).toMatchObject({
      notify: null,
      warnings: [like("Nobody is told at NOTIFY_URL: NOTIFY_SECRET is neither")],
    });
});
