/** Queries that would be SQL, bodies that would be heavy, and floods that would drown what is right. */
import { each, isHarm, message, newTaskId, refusedTry, SECRETS, type Ground, type Verdict } from "./ground.ts";
import type { Attacks } from "./run.ts";

const MIB = 1_024 * 1_024;
/** For one answer, on a machine that does other things too. */
const SLOW_MS = 5_000;

export const loadAttacks: Attacks = {
  "queries that would be SQL": queries,
  "heavy bodies of strangers": heavyOfStrangers,
  "heavy bodies of the provider": heavyOfProvider,
  "floods of guesses": floods,
};

const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE tasks; --",
  "%' OR 1=1 --",
  '" OR ""="',
  "') UNION SELECT name FROM sqlite_master --",
  "1; SELECT 1",
  "\\'; --",
  "x' AND randomblob(100000000)--",
  "%",
  "_",
  "*",
  "\0",
  "' || (SELECT sql FROM sqlite_master) || '",
  "NULL",
  "-1",
  "9".repeat(30),
];

async function queries({ owner, report }: Ground): Promise<readonly Verdict[]> {
  await report(message(newTaskId(), "text"));
  const tries = INJECTIONS.flatMap((text) =>
    ["q", "ref", "status", "cursor", "limit"].flatMap((name) =>
      ["/tasks", "/inbox"].map((path) => ({
        path: `${path}?${new URLSearchParams({ [name]: text }).toString()}`,
        text,
      })),
    ),
  );
  const verdicts = await each(tries, async ({ path, text }) => {
    const answer = await owner(path);
    // What holds no word asks for everything.
    const isOpen =
      /[?&](?:q|ref)=/.test(path) &&
      path.startsWith("/tasks") &&
      answer.text.includes('"taskId"') &&
      /[a-z0-9]/i.test(text);
    return { what: `${path}: ${answer.status}`, letIn: isOpen && answer.status === 200, harmed: isHarm(answer) };
  });
  const after = await owner("/tasks");
  return [
    ...verdicts,
    { what: "the tasks are still there", letIn: !after.text.includes('"taskId"'), harmed: isHarm(after) },
  ];
}

function heavy(): readonly string[] {
  const fill = (piece: string): string => piece.repeat(Math.floor((MIB - 1_000) / piece.length));
  return [
    fill("["),
    fill('{"a":'),
    fill('"task_id":"x",'),
    fill('\\"'),
    fill("%25"),
    fill("\\u0025"),
    fill(`${"r".repeat(60)}.${"a".repeat(64)} `),
    fill("A"),
    `{"data":{"data":[${fill('{"id":"x"},')}null]}}`,
    JSON.stringify({ data: fill("é").slice(0, MIB / 2 - 1_000) }),
  ];
}

async function heavyOfStrangers({ send }: Ground): Promise<readonly Verdict[]> {
  const signed = { "x-webhook-timestamp": "1769670760", "x-webhook-signature": `${"A".repeat(43)}=` };
  const bodies = [...heavy(), "x".repeat(2 * MIB)];
  const tries = bodies.flatMap((body) =>
    [
      { path: "/callback", headers: signed },
      { path: "/callback/guessed", headers: {} },
      { path: "/login", headers: { "content-type": "application/x-www-form-urlencoded" } },
      { path: "/tasks", headers: {} },
      { path: "/sources/check", headers: { authorization: "Bearer guessed" } },
    ].map(({ path, headers }) => ({ path, headers, body })),
  );
  return each(tries, async ({ path, headers, body }) => {
    const answer = await send(path, { method: "POST", headers, body });
    const verdict = refusedTry(`${body.length} bytes to ${path}, ${Math.round(answer.tookMs)} ms`, answer);
    return { ...verdict, harmed: verdict.harmed || answer.tookMs > SLOW_MS };
  });
}

async function heavyOfProvider({ report, owner }: Ground): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const body of heavy()) {
    const answer = await report(body);
    const next = await owner("/health");
    const isTaken = answer.status === 200 && next.status === 200;
    verdicts.push({
      what: `${body.slice(0, 20)}…: ${answer.status}`,
      letIn: false,
      harmed: !isTaken || isHarm(answer),
    });
  }
  return verdicts;
}

/** After the first ten they are slowed; what is right from the same address never is. */
async function floods({ send, report }: Ground): Promise<readonly Verdict[]> {
  const headers = { "cf-connecting-ip": "192.0.2.99" };
  const body = JSON.stringify(message(newTaskId(), "text"));
  const guesses = Array.from({ length: 200 }, (_, index) => `guess-${index}`);
  const slowed = await each(guesses, async (guess) =>
    refusedTry(`callback by ${guess}`, await send(`/callback/${guess}`, { method: "POST", headers, body })),
  );
  const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
  const logins = await each(guesses, async (token) =>
    refusedTry(
      `login by ${token}`,
      await send("/login", { method: "POST", headers: form, body: new URLSearchParams({ token }) }),
    ),
  );
  const right = await send(`/callback/${SECRETS.CALLBACK_TOKEN}`, { method: "POST", headers, body });
  const reader = await send("/tasks", { headers: { ...headers, authorization: `Bearer ${SECRETS.API_TOKEN}` } });
  const last = slowed.at(-1)?.what.endsWith("429") ?? false;
  const isWell = right.status === 200 && reader.status === 200 && (await report(body)).status === 200;
  return [
    ...slowed,
    ...logins,
    { what: "guesses are slowed", letIn: !last, harmed: false },
    { what: "what is right is not slowed", letIn: false, harmed: !isWell },
  ];
}
