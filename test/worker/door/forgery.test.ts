/**
 * The law of authentication, case by case: what opens under which configuration, and what it may then do.
 *
 * The signature covers no body. A token vouches for everything; a signature alone adds where nobody can be asked, and
 * waits for the provider's record where somebody can.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { sign } from "../../../src/core/provider/signature.ts";
import { message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { everythingStored, storedOf } from "../stored.ts";
import { callback, eventsOf, signedCallback, viewOf, workerWith, type Settings } from "../worker.ts";

const HOUR_MS = 3_600_000;
const WINDOW_MS = 24 * HOUR_MS;
const REAL = "https://cdn.example.com/stream/real";
const OTHER = "https://cdn.example.com/stream/other";

const CONFIGURATIONS = {
  "token only": { CALLBACK_HMAC_KEY: "" },
  "signature only": { CALLBACK_TOKEN: "" },
  "signature only, with the provider's key": { CALLBACK_TOKEN: "", PROVIDER_API_KEY: "key-of-the-provider" },
  "token and signature": {},
} satisfies Record<string, Settings>;
type Configuration = keyof typeof CONFIGURATIONS;

interface Sent {
  /** Null: the door for signed deliveries. */
  readonly token: string | null;
  readonly signature: Record<string, string>;
  readonly stream: string;
  /** How long after the first. */
  readonly afterMs: number;
}

/** From what the provider sends to what a forger sends, once or after the provider. */
const FORGERIES = {
  valid: (_, real) => [real],
  "no credentials": (_, real) => [{ ...real, token: null, signature: {} }],
  "a wrong token": (_, real) => [{ ...real, token: "wrong-callback-token-0123456789abcdef" }],
  "no token": (_, real) => [{ ...real, token: null }],
  "the signature's key for a token": (_, real) => [{ ...real, token: SECRETS.CALLBACK_HMAC_KEY }],
  "the token for a signature's key": (taskId, real) => [
    { ...real, token: null, signature: signed(taskId, { key: SECRETS.CALLBACK_TOKEN }) },
  ],
  "a wrong signature": (taskId, real) => [{ ...real, signature: signed(taskId, { key: "another-webhook-key" }) }],
  "a stale timestamp": (taskId, real) => [{ ...real, signature: signed(taskId, { afterMs: -WINDOW_MS - HOUR_MS }) }],
  "a future timestamp": (taskId, real) => [{ ...real, signature: signed(taskId, { afterMs: WINDOW_MS + HOUR_MS }) }],
  "another task's signature": (_, real) => [{ ...real, signature: signed(newTaskId()) }],
  "an altered body": (_, real) => [real, { ...real, stream: OTHER, afterMs: 1_000 }],
  "an altered body after the window": (_, real) => [real, { ...real, stream: OTHER, afterMs: WINDOW_MS + HOUR_MS }],
  "a replay inside the window": (_, real) => [real, { ...real, afterMs: WINDOW_MS - HOUR_MS }],
  "a replay after the window": (_, real) => [real, { ...real, afterMs: WINDOW_MS + HOUR_MS }],
  "an unsigned replay of a signed body": (_, real) => [real, { ...real, signature: {} }],
} satisfies Record<string, (taskId: string, real: Sent) => readonly Sent[]>;
type Forgery = keyof typeof FORGERIES;

interface Effect {
  /** Each verdict with the number of its deliveries. */
  readonly events: readonly string[];
  /** Null: nothing is stored, in no place. */
  readonly stage: string | null;
  /** Whether a `complete` waits for the provider's record. */
  readonly waits: boolean;
  readonly streams: readonly (string | null)[];
}
/** What the last one was answered, and what is there of the task in the end. */
type Result = Effect & { readonly status: number };

const NO_EFFECT: Effect = { events: [], stage: null, waits: false, streams: [] };
const NOTHING: Result = { status: 401, ...NO_EFFECT };
const STALE: Result = { status: 200, ...NO_EFFECT, events: ["hmac_stale 1"], stage: "pending" };

/** In the order of `CONFIGURATIONS`. */
const LAW: Readonly<Record<Forgery, readonly [Result, Result, Result, Result]>> = {
  valid: [counts("token 1"), counts("hmac 1"), waits("hmac_unconfirmed 1"), counts("token+hmac 1")],
  "no credentials": [NOTHING, NOTHING, NOTHING, NOTHING],
  "a wrong token": [NOTHING, NOTHING, NOTHING, NOTHING],
  "no token": [NOTHING, counts("hmac 1"), waits("hmac_unconfirmed 1"), counts("hmac 1")],
  "the signature's key for a token": [NOTHING, NOTHING, NOTHING, NOTHING],
  "the token for a signature's key": [NOTHING, NOTHING, NOTHING, NOTHING],
  // Without a key no signature is looked at.
  "a wrong signature": [counts("token 1"), NOTHING, NOTHING, NOTHING],
  "a stale timestamp": [counts("token 1"), STALE, waits("hmac_unconfirmed 1"), counts("token+hmac 1")],
  "a future timestamp": [counts("token 1"), STALE, waits("hmac_unconfirmed 1"), counts("token+hmac 1")],
  "another task's signature": [counts("token 1"), NOTHING, NOTHING, NOTHING],
  "an altered body": [
    replaces("token 1", "token 1"),
    counts("hmac 1", "hmac 1"),
    waits("hmac_unconfirmed 1", "hmac_unconfirmed 1"),
    replaces("token+hmac 1", "token+hmac 1"),
  ],
  "an altered body after the window": [
    replaces("token 1", "token 1"),
    counts("hmac 1", "hmac_stale 1"),
    waits("hmac_unconfirmed 1", "hmac_unconfirmed 1"),
    replaces("token+hmac 1", "token+hmac 1"),
  ],
  "a replay inside the window": [
    counts("token 2"),
    counts("hmac 2"),
    waits("hmac_unconfirmed 2"),
    counts("token+hmac 2"),
  ],
  "a replay after the window": [
    counts("token 2"),
    counts("hmac 1", "hmac_stale 1"),
    waits("hmac_unconfirmed 2"),
    counts("token+hmac 2"),
  ],
  "an unsigned replay of a signed body": [
    counts("token 2"),
    { ...counts("hmac 1"), status: 401 },
    { ...waits("hmac_unconfirmed 1"), status: 401 },
    counts("token+hmac 2"),
  ],
};

const configurations = keysOf(CONFIGURATIONS);
const observed = z.object({ type: z.literal("observed"), verdict: z.string(), times: z.int() });

afterEach(() => {
  vi.useRealTimers();
});

describe.each(keysOf(FORGERIES))("%s", (forgery) => {
  test.each(configurations)("%s", async (configuration) => {
    const taskId = newTaskId();
    const usesToken = configuration === "token only" || configuration === "token and signature";
    const real: Sent = {
      token: usesToken ? SECRETS.CALLBACK_TOKEN : null,
      signature: signed(taskId),
      stream: REAL,
      afterMs: 0,
    };
    const inboxBefore = await inboxKeys();
    const status = await statusOfLast(taskId, configuration, FORGERIES[forgery](taskId, real));
    const expected = LAW[forgery][configurations.indexOf(configuration)];
    expect({ status, ...(await effectOn(taskId)) }).toEqual(expected);
    expect(await inboxKeys()).toEqual(inboxBefore);
  });
});

async function statusOfLast(
  taskId: string,
  configuration: Configuration,
  deliveries: readonly Sent[],
): Promise<number | undefined> {
  const fetch = workerWith(CONFIGURATIONS[configuration]);
  const startedAt = Date.now();
  let status: number | undefined;
  for (const { token, signature, stream, afterMs } of deliveries) {
    vi.useFakeTimers({ toFake: ["Date"], now: startedAt + afterMs });
    const body = message(taskId, "complete", [
      track("a", { audio_url: "https://cdn.test/a.mp3", stream_audio_url: stream }),
    ]);
    const sent = token === null ? signedCallback(body, signature) : callback(body, { token, headers: signature });
    ({ status } = await fetch(sent));
    vi.useRealTimers();
  }
  return status;
}

async function effectOn(taskId: string): Promise<Effect> {
  if ((await storedOf(taskId)).length === 0) return NO_EFFECT;
  const { stage, stages, tracks } = await viewOf(taskId);
  const deliveries = (await eventsOf(taskId)).flatMap((event) => observed.safeParse(event).data ?? []);
  return {
    events: deliveries.map(({ verdict, times }) => `${verdict} ${times}`),
    stage,
    waits: stages.complete?.unconfirmed === true,
    streams: tracks.map(({ streamUrl }) => streamUrl),
  };
}

async function inboxKeys(): Promise<readonly string[]> {
  return (await everythingStored()).files.map(([key]) => key).filter((key) => key.startsWith("inbox/"));
}

/** The provider's headers for a task. */
function signed(
  taskId: string,
  { key = SECRETS.CALLBACK_HMAC_KEY, afterMs = 0 }: { readonly key?: string; readonly afterMs?: number } = {},
): Record<string, string> {
  const timestamp = String(Math.floor((Date.now() + afterMs) / 1_000));
  return { "x-webhook-timestamp": timestamp, "x-webhook-signature": sign(key, taskId, timestamp) };
}

function counts(...events: readonly string[]): Result {
  return { status: 200, events, stage: "complete", waits: false, streams: [REAL] };
}

function replaces(...events: readonly string[]): Result {
  return { ...counts(...events), streams: [OTHER] };
}

function waits(...events: readonly string[]): Result {
  return { status: 200, events, stage: "pending", waits: true, streams: [] };
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  const isKey = (key: string): key is K => key in record;
  return Object.keys(record).filter(isKey);
}
