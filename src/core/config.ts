/**
 * The configuration, read once from the environment into a type without optionals.
 *
 * Fail closed: a secret that is missing or invalid leaves its door shut, and the reason names the variable and the
 * cure. An invalid var counts as its default, except origins: those allow nothing then. Pure.
 */
import * as z from "zod";
import { redactionOf, type Redaction } from "./provider/redaction.ts";
import { apart, partsOf, secretOf, tokenOf, type Secret } from "./secrets.ts";
import { ASSESS_MODES, type AssessMode } from "./task/event.ts";
import { isLoopback, originPattern, publicRefusal, type OriginPattern } from "./access/fetch-policy.ts";

/** Who is told, and under which secrets. */
export interface NotifyTarget {
  readonly url: URL;
  /** `whsec_` and base64, or any other text. */
  readonly secrets: readonly string[];
}

export interface Config {
  readonly callbackToken: Secret;
  readonly callbackHmacKey: Secret;
  readonly apiToken: Secret;
  /** Opens what may be read and nothing else. Optional. */
  readonly readToken: Secret;
  /** Null: the provider cannot be asked, and nothing can be submitted. */
  readonly providerApiKey: string | null;
  readonly providerBaseUrl: URL;
  readonly publicUrl: URL | null;
  /** Null: any public https host. */
  readonly audioOrigins: readonly OriginPattern[] | null;
  /** The same for `uploadUrl` of a submission. */
  readonly sourceOrigins: readonly OriginPattern[] | null;
  readonly maxAudioBytes: number;
  /** Of a file of another product than music. */
  readonly maxFileBytes: number;
  /** How much of kept audio is looked into. */
  readonly assess: AssessMode;
  /** The sound of longer files is not looked into. */
  readonly assessMaxSeconds: number;
  /** Whether new links are asked for before a file is given up, which may cost credits: by itself, or by a person only. */
  readonly recovery: "ask" | "auto";
  /** Null: settled tasks are kept. */
  readonly retentionDays: number | null;
  /** Null: nobody is told. */
  readonly notify: NotifyTarget | null;
  readonly timeScale: number;
  /** What is taken out of every message of the provider. */
  readonly redaction: Redaction;
  /** What is wrong with the vars: a sentence each that names the variable and the cure, never a value. */
  readonly warnings: readonly string[];
}

/** The provider makes this one. */
const MIN_HMAC_KEY_CHARS = 16;
/** Standard Webhooks asks for 24 bytes at least; these are 32 digits of base64. */
const MIN_NOTIFY_SECRET_CHARS = 24;
const NOTIFY_SECRET_FORM =
  /^(?:whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?|(?!whsec_)[ -~]+)$/;
const DEFAULT_PROVIDER = "https://api.api.box";
const DEFAULT_MAX_AUDIO_BYTES = 100 * 1_024 * 1_024;
const DEFAULT_MAX_FILE_BYTES = 250 * 1_024 * 1_024;

/** Half an hour takes some 10 s of the 30 s of CPU that one call has. */
const DEFAULT_ASSESS_MAX_SECONDS = 1_800;

const text = z.string().trim().default("");
const environment = z.object({
  CALLBACK_TOKEN: text,
  CALLBACK_HMAC_KEY: text,
  API_TOKEN: text,
  READ_TOKEN: text,
  PROVIDER_API_KEY: text,
  PROVIDER_BASE_URL: text,
  PUBLIC_URL: text,
  AUDIO_ORIGINS: text,
  SOURCE_ORIGINS: text,
  RETENTION_DAYS: text,
  RECOVERY: text,
  MAX_AUDIO_BYTES: text,
  MAX_FILE_BYTES: text,
  ASSESS: text,
  ASSESS_MAX_SECONDS: text,
  NOTIFY_URL: text,
  NOTIFY_SECRET: text,
  TIME_SCALE: text,
});

let known: { readonly values: string; readonly config: Config } | null = null;

/** Takes the Worker's `env`; other bindings in it are passed over. The objects of an isolate share what it says. */
export function parseConfig(env: unknown): Config {
  const picked = pickText(env);
  const values = JSON.stringify(picked);
  if (known?.values !== values) known = { values, config: configOf(environment.parse(picked)) };
  return known.config;
}

function configOf(vars: z.infer<typeof environment>): Config {
  const warnings: string[] = [];
  const audioOrigins = originsOf("AUDIO_ORIGINS", vars.AUDIO_ORIGINS, warnings);
  warnOfOpenWays(vars, audioOrigins, warnings);
  const secrets = apart({
    CALLBACK_TOKEN: tokenOf("CALLBACK_TOKEN", vars.CALLBACK_TOKEN),
    CALLBACK_HMAC_KEY: secretOf("CALLBACK_HMAC_KEY", vars.CALLBACK_HMAC_KEY, MIN_HMAC_KEY_CHARS),
    API_TOKEN: tokenOf("API_TOKEN", vars.API_TOKEN),
    READ_TOKEN: tokenOf("READ_TOKEN", vars.READ_TOKEN),
  });
  return {
    callbackToken: secrets.CALLBACK_TOKEN,
    callbackHmacKey: secrets.CALLBACK_HMAC_KEY,
    apiToken: secrets.API_TOKEN,
    readToken: secrets.READ_TOKEN,
    providerApiKey: providerKeyOf(vars.PROVIDER_API_KEY, warnings),
    providerBaseUrl: originOf("PROVIDER_BASE_URL", vars.PROVIDER_BASE_URL, warnings) ?? new URL(DEFAULT_PROVIDER),
    publicUrl: originOf("PUBLIC_URL", vars.PUBLIC_URL, warnings),
    audioOrigins,
    sourceOrigins: originsOf("SOURCE_ORIGINS", vars.SOURCE_ORIGINS, warnings),
    recovery: recoveryOf(vars.RECOVERY, warnings),
    retentionDays: numberOf("RETENTION_DAYS", vars.RETENTION_DAYS, null, warnings),
    maxAudioBytes: numberOf("MAX_AUDIO_BYTES", vars.MAX_AUDIO_BYTES, DEFAULT_MAX_AUDIO_BYTES, warnings),
    maxFileBytes: numberOf("MAX_FILE_BYTES", vars.MAX_FILE_BYTES, DEFAULT_MAX_FILE_BYTES, warnings),
    assess: assessOf(vars.ASSESS, warnings),
    assessMaxSeconds: numberOf("ASSESS_MAX_SECONDS", vars.ASSESS_MAX_SECONDS, DEFAULT_ASSESS_MAX_SECONDS, warnings),
    notify: notifyTargetOf(vars.NOTIFY_URL, vars.NOTIFY_SECRET, audioOrigins, warnings),
    timeScale: timeScaleOf(vars.TIME_SCALE, audioOrigins, warnings),
    redaction: redactionOf(
      [vars.CALLBACK_HMAC_KEY, vars.PROVIDER_API_KEY, vars.NOTIFY_SECRET].flatMap(partsOf),
      partsOf(vars.CALLBACK_TOKEN),
      [vars.API_TOKEN, vars.READ_TOKEN].flatMap(partsOf),
    ),
    warnings,
  };
}

/** Of several values the first is sent. */
function providerKeyOf(value: string, warnings: string[]): string | null {
  const [key = ""] = partsOf(value);
  if (/^[!-~]+$/.test(key)) return key;
  if (value !== "")
    warnings.push(
      "PROVIDER_API_KEY begins with an empty part, or holds what no header can, so the provider is not asked: run `npx wrangler secret put PROVIDER_API_KEY` with the key alone.",
    );
  return null;
}

function recoveryOf(value: string, warnings: string[]): Config["recovery"] {
  if (value !== "" && value !== "ask" && value !== "auto")
    warnings.push('RECOVERY is neither "ask" nor "auto", so it counts as "ask": set one of the two in wrangler.toml.');
  return value === "auto" ? "auto" : "ask";
}

/** The names of the needed secrets that are missing, and of any that is invalid. One of the callback's two is enough. */
export function missingSecrets({ callbackToken, callbackHmacKey, apiToken, readToken }: Config): readonly string[] {
  const shut = callbackToken.state !== "set" && callbackHmacKey.state !== "set";
  const needed = [...(shut && callbackHmacKey.state === "missing" ? [callbackToken] : []), apiToken];
  const wanting = [
    ...needed.filter(({ state }) => state === "missing"),
    ...[callbackToken, callbackHmacKey, apiToken, readToken].filter(({ state }) => state === "invalid"),
  ];
  return wanting.flatMap((secret) => (secret.state === "set" ? [] : [secret.name]));
}

/** Vars may be numbers or booleans in wrangler.toml; a binding that is no text is none of ours. */
function pickText(env: unknown): Record<string, string> {
  if (typeof env !== "object" || env === null) return {};
  const entries = Object.keys(environment.shape).flatMap((name) => {
    const value: unknown = Reflect.get(env, name);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? [[name, String(value)] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

function originsOf(name: string, value: string, warnings: string[]): readonly OriginPattern[] | null {
  if (value === "") return null;
  const patterns = value.split(/\s+/).map(originPattern);
  const known = patterns.filter((pattern) => pattern !== null);
  if (known.length === patterns.length) return known;
  warnings.push(
    `${name} has an entry that is no origin, so nothing is fetched: write entries like https://*.example.com, separated by spaces.`,
  );
  return [];
}

function originOf(name: string, value: string, warnings: string[]): URL | null {
  if (value === "") return null;
  const url = URL.parse(value);
  if (url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.href === `${url.origin}/`)
    return url;
  warnings.push(`${name} is not an origin and is not used: write it like https://backline.example.com.`);
  return null;
}

/** Keys, callBackUrls and tasks go there: on an open way others can read them, and a private address is seldom meant. */
function warnOfOpenWays(
  vars: z.infer<typeof environment>,
  origins: readonly OriginPattern[] | null,
  warnings: string[],
): void {
  for (const name of ["PROVIDER_BASE_URL", "NOTIFY_URL"] as const) {
    const url = URL.parse(vars[name]);
    const pattern = url === null ? null : originPattern(url.origin);
    if (url === null || (pattern !== null && isLoopback(pattern) && origins?.some(isLoopback) === true)) continue;
    // Nobody is told there anyhow.
    if (url.protocol !== "https:" && name === "NOTIFY_URL") continue;
    if (url.protocol === "http:")
      warnings.push(`${name} is an http address: what is sent there can be read on the way. Use its https address.`);
    else if (publicRefusal(url) !== null)
      warnings.push(`${name} leads to a private address or an unusual port: use the public https address.`);
  }
}

function numberOf<F extends number | null>(name: string, value: string, fallback: F, warnings: string[]): number | F {
  if (value === "") return fallback;
  const parsed = z.coerce.number().int().positive().safeParse(value);
  if (parsed.success) return parsed.data;
  warnings.push(`${name} is not a positive whole number, so ${fallback ?? "nothing"} is used.`);
  return fallback;
}

function assessOf(value: string, warnings: string[]): AssessMode {
  const mode = ASSESS_MODES.find((one) => one === value.toLowerCase());
  if (mode === undefined && value !== "")
    warnings.push(`ASSESS is none of ${ASSESS_MODES.join(", ")}, so full is used.`);
  return mode ?? "full";
}

/** Without both nothing is sent. */
function notifyTargetOf(
  address: string,
  text: string,
  origins: readonly OriginPattern[] | null,
  warnings: string[],
): NotifyTarget | null {
  if (address === "") return null;
  const url = URL.parse(address);
  const pattern = url === null ? null : originPattern(url.origin);
  const onLoopback = pattern !== null && isLoopback(pattern) && origins?.some(isLoopback) === true;
  const usable = url?.username === "" && url.password === "" && (url.protocol === "https:" || onLoopback);
  const secret = secretOf("NOTIFY_SECRET", text, MIN_NOTIFY_SECRET_CHARS);
  if (!usable)
    warnings.push(
      "NOTIFY_URL is not used, so nobody is told: write an https address without user name and password (http only on loopback, where AUDIO_ORIGINS names loopback).",
    );
  else if (secret.state !== "set") warnings.push(`Nobody is told at NOTIFY_URL: ${secret.cure}`);
  else if (!secret.values.every((value) => NOTIFY_SECRET_FORM.test(value)))
    warnings.push(
      "Nobody is told at NOTIFY_URL: NOTIFY_SECRET is neither whsec_ and the base64 of 24 bytes or more, nor plain ASCII text: run `npx wrangler secret put NOTIFY_SECRET` with another value.",
    );
  else return { url, secrets: secret.values };
  return null;
}

function timeScaleOf(value: string, origins: readonly OriginPattern[] | null, warnings: string[]): number {
  if (value === "") return 1;
  const scale = z.coerce.number().positive().safeParse(value);
  if (scale.success && origins?.some(isLoopback)) return scale.data;
  warnings.push(
    "TIME_SCALE is for demos and tests: it is used only as a positive number and where AUDIO_ORIGINS names loopback.",
  );
  return 1;
}
