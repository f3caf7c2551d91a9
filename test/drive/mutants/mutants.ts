/**
 * Receivers that are broken on purpose, each in one place. `caughtBy` is a test of `tests` that must fail for it.
 *
 * `find` stands in `file` exactly once. A mutant that no test catches is a missing test.
 */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: string;
  readonly caughtBy: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "acknowledges before the commit",
    file: "src/http/routes/callback/callback.ts",
    find: "const receipt = await observe(c.env.TASKS, taskId, delivery);",
    replace:
      "const late = scheduler.wait(500).then(() => observe(c.env.TASKS, taskId, delivery));\n  c.executionCtx.waitUntil(late);\n  const receipt: Receipt = { misdirection: null, catalogRow: null };",
    tests: "test/worker/ingest/ingest.test.ts",
    caughtBy: "what is answered is durable by then: it outlives a crash right after the answer",
  },
  {
    name: "takes all deliveries of a task for one",
    file: "src/core/task/trust.ts",
    find: "return a.sha256 === b.sha256 && messageKey(a) === messageKey(b);",
    replace: "return weightOf(a) === weightOf(b);",
    tests: "test/worker/ingest/ingest.test.ts",
    caughtBy: "of many that come at once, each is counted, and different ones are all kept",
  },
  {
    name: "takes all deliveries of a stage for one",
    file: "src/core/task/admission.ts",
    find: 'if (task.observations.some((known) => isSameMessage(known, event))) return "redelivery";',
    replace:
      'if (task.observations.some(({ observation }) => observation.kind === event.observation.kind)) return "redelivery";',
    tests: "test/core/task/admission.test.ts",
    caughtBy: "over the first bodies, one that brings nothing is only counted",
  },
  {
    name: "lets the stage follow the last callback",
    file: "src/core/task/stage.ts",
    find: 'if (saw(task, "complete") && hasAudio(task)) return "complete";',
    replace: 'if (task.observations.at(-1)?.observation.kind === "complete" && hasAudio(task)) return "complete";',
    tests: "test/core/task/order.test.ts",
    caughtBy: "a task with two tracks is the same whatever the order and number of its deliveries",
  },
  {
    name: "lets others in between looking and writing",
    file: "src/platform/task/task-object.ts",
    find: "const before = this.#wakeUp();\n    if (this.#state.tombstone !== null) {",
    replace:
      "const before = this.#wakeUp();\n    await new Promise((resolve) => setTimeout(resolve, 50));\n    if (this.#state.tombstone !== null) {",
    tests: "test/worker/ingest/ingest.test.ts",
    caughtBy: "of many that come at once, each is counted, and different ones are all kept",
  },
  {
    name: "takes any signature",
    file: "src/core/provider/signature.ts",
    find: "if (isSameSecret(signature, sign(key, taskId, timestamp))) valid = true;",
    replace: "if (sign(key, taskId, timestamp).length === signature.length) valid = true;",
    tests: "test/core/provider/signature.test.ts",
    caughtBy: "any of several keys verifies, another key, id or time does not",
  },
  {
    name: "reads a body before it looks at the headers",
    file: "src/http/routes/callback/callback.ts",
    find: '.post("/callback", (c) => counted(c, () => receive(c, enterBySignature(c))));',
    replace:
      '.post("/callback", async (c) => {\n    await c.req.raw.clone().arrayBuffer();\n    return receive(c, enterBySignature(c));\n  });',
    tests: "test/worker/door/door.test.ts",
    caughtBy: "what its headers or its path refuse is refused before its body is read",
  },
  {
    name: "stores a delivery before its signature is verified",
    file: "src/http/routes/callback/callback.ts",
    find: "  refuseUnsigned(entry, text);",
    replace:
      '  const [early] = parseMessage(JSON.parse(text?.startsWith("{") ? text : "{}")).taskIds;\n  const { observation: said } = parseMessage({});\n  const unsigned = { sha256: sha256Hex(bytes), via: "callback", verdict: "hmac_stale", observation: said, body: "", host, ref: null } as const;\n  if (early !== undefined) await observe(c.env.TASKS, early, unsigned);\n  refuseUnsigned(entry, text);',
    tests: "test/worker/door/refusals.test.ts",
    caughtBy: "every refusal is the same 401, and leaves nothing behind",
  },
  {
    name: "compares secrets up to the first difference",
    file: "src/core/access/same-secret.ts",
    find: "return a.length === b.length && timingSafeEqual(a, b);",
    replace: "return given === secret;",
    tests: "test/core/access/same-secret.test.ts",
    caughtBy: "how long a comparison takes does not tell how much of the secret was right",
  },
  {
    name: "takes effect before it looks whether the delivery is known",
    file: "src/platform/task/receiving.ts",
    find: "const event = received(task, message, name, now);",
    replace:
      'if (task !== null) state.record({ type: "retried" });\n    const event = received(state.task, message, name, now);',
    tests: "test/worker/engine/engine.test.ts",
    caughtBy: "a delivery that comes again starts nothing",
  },
  {
    name: "logs the path with the token in it",
    file: "src/http/log-line.ts",
    find: "const route = routePath(c, -1);",
    replace: "const route = c.req.path;",
    tests: "test/e2e/door/canary.test.ts",
    caughtBy: "no secret and no link's token is found where it does not belong",
  },
  {
    name: "opens to a share that nobody signed",
    file: "src/core/access/session.ts",
    find: "return token === null || Number(expiry) * 1_000 <= now ? null : { token, id };",
    replace: 'return Number(expiry) * 1_000 <= now ? null : { token: token ?? tokens[0] ?? "", id };',
    tests: "test/core/access/session.test.ts",
    caughtBy: "a share with any byte altered, added or removed opens nothing",
  },
  {
    name: "looks at the first address alone, and follows any redirect",
    file: "src/platform/audio/download.ts",
    find: "const refused = refusal(url, policy);",
    replace: "const refused = hop === 0 ? refusal(url, policy) : null;",
    tests: "test/worker/door/ssrf.test.ts",
    caughtBy: "a redirect to any of them is refused, and not followed",
  },
  {
    name: "makes the same token for every submission",
    file: "src/core/provider/callback-url.ts",
    find: ".update(ref).digest",
    replace: '.update("ref").digest',
    tests: "test/core/provider/callback-url.test.ts",
    caughtBy: "a capability names its reference and is made with the token",
  },
  {
    name: "takes a signature of any age",
    file: "src/core/provider/signature.ts",
    find: "return Math.abs(now - Number(timestamp) * 1_000) <= FRESH_MS;",
    replace: "return Number.isFinite(now - Number(timestamp) * FRESH_MS);",
    tests: "test/core/provider/signature.test.ts",
    caughtBy: "a signature is fresh for a day, before and after",
  },
  {
    name: "compares a token by its beginning",
    file: "src/http/auth/access.ts",
    find: "for (const value of values) if (isSameSecret(candidate, value)) match = value;",
    replace:
      "for (const value of values) if (value.startsWith(candidate) || isSameSecret(candidate, value)) match = value;",
    tests: "test/worker/door/refusals.test.ts",
    caughtBy: "every refusal is the same 401, and leaves nothing behind",
  },
  {
    name: "keeps a copy that is not what it should be",
    file: "src/platform/audio/verified-copy.ts",
    find: "const problem = broken ?? refused;",
    replace: 'const problem = broken ?? (refused === "never" ? refused : null);',
    tests: "test/worker/engine/engine.test.ts",
    caughtBy: "a file that ends before the music does is tried again, and its part is put by for want of better",
  },
  {
    name: "leaves the alarm as it is when a run ends",
    file: "src/platform/task/engine.ts",
    find: "  await deps.rearm();",
    replace: "  if (due(deps.task(), deps.now(), deps.pace).length > 99) await deps.rearm();",
    tests: "test/worker/engine/engine.test.ts",
    caughtBy: "a crash in the middle of a copy costs an attempt, and the file is kept all the same",
  },
  {
    name: "takes no lease for a run",
    file: "src/platform/task/engine.ts",
    find: "  await deps.lease(LEASE_MS);\n  const startedAt",
    replace: "  const startedAt",
    tests: "test/core/platform/effects.test.ts",
    caughtBy: "a run secures its successor before it does anything, and arms for the rest at its end",
  },
  {
    name: "leaves the file of a copy that ends after the deletion",
    file: "src/platform/task/wiring.ts",
    find: "if (key !== undefined && state.tombstone !== null) await env.AUDIO.delete(key);",
    replace: "",
    tests: "test/worker/engine/deletion.test.ts",
    caughtBy: "a copy that ends after the deletion takes its own file along",
  },
  {
    name: "stores the token that a record echoes",
    file: "src/core/provider/request-echo.ts",
    find: 'const ECHOES = new Set(["param", "callbackurl", "callback_url"]);',
    replace: 'const ECHOES = new Set(["callbackurl", "callback_url"]);',
    tests: "test/core/provider/request-echo.test.ts",
    caughtBy: "the echo of the request is removed, in every spelling and at every depth",
  },
  {
    name: "takes the claims of a signature alone for the provider's word",
    file: "src/core/task/trust.ts",
    find: '  hmac_unconfirmed: "none",',
    replace: '  hmac_unconfirmed: "full",',
    tests: "test/worker/engine/recovery.test.ts",
    caughtBy: "an HMAC-only delivery counts only after the read-back",
  },
  {
    name: "never asks the provider",
    file: "src/core/next/polling.ts",
    find: "if (!pace.canAsk || recordOf(task) === null) return null;",
    replace: "if (pace.canAsk || recordOf(task) === null) return null;",
    tests: "test/worker/engine/recovery.test.ts",
    caughtBy: "a task whose callbacks are all lost is completed by asking",
  },
];
