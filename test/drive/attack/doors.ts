/** Strangers at every door: each path and method without credentials, and with credentials that are nearly right. */
import * as z from "zod";
import { alterations, each, message, newTaskId, refusedTry, SECRETS, type Ground, type Verdict } from "./ground.ts";
import type { Attacks } from "./run.ts";

const description = z.object({ paths: z.record(z.string(), z.unknown()) });
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
/** Open to all, to read. */
const OPEN = new Set(["/", "/health", "/docs", "/openapi.json", "/login"]);

export const doorAttacks: Attacks = {
  "paths and methods without credentials": withoutCredentials,
  "tokens that are nearly right": nearlyRight,
  "who only reads": readers,
};

async function withoutCredentials({ send, report }: Ground): Promise<readonly Verdict[]> {
  const taskId = newTaskId();
  await report(message(taskId, "text"));
  const { paths } = description.parse(JSON.parse((await send("/openapi.json")).text));
  const known = Object.keys(paths).map((path) => path.replace("{id}", taskId).replaceAll(/\{\w+\}/g, "x"));
  const odd = [`/tasks/${taskId}/`, `/./tasks/${taskId}`, `/x/..%2ftasks`, `/tasks/${taskId}/delete`, "/tasks;x=1"];
  const guises = [
    {},
    { authorization: "Bearer undefined" },
    { authorization: `Basic ${btoa(`admin:${SECRETS.API_TOKEN}`)}` },
    { cookie: `__Host-backline=${SECRETS.API_TOKEN}; backline=${SECRETS.API_TOKEN}` },
    { "x-api-token": SECRETS.API_TOKEN, "x-forwarded-for": "127.0.0.1", "cf-access-jwt-assertion": "e30.e30." },
  ];
  const tries = [...known, ...odd].flatMap((path) =>
    METHODS.flatMap((method) => guises.map((headers) => ({ path, method, headers }))),
  );
  return each(tries, async ({ path, method, headers }) => {
    const body = method === "GET" || method === "HEAD" || method === "OPTIONS" ? {} : { body: "{}" };
    const answer = await send(`${path}?share=x&token=x`, { method, headers, ...body });
    const isOpen = OPEN.has(path) && (method === "GET" || method === "HEAD");
    // A browser's question whether it may ask: the answer opens nothing.
    const isPreflight = method === "OPTIONS" && answer.status === 204;
    const verdict = refusedTry(`${method} ${path}`, answer);
    return isOpen || isPreflight ? { ...verdict, letIn: false } : verdict;
  });
}

async function nearlyRight({ send }: Ground): Promise<readonly Verdict[]> {
  const { CALLBACK_TOKEN, API_TOKEN, CALLBACK_HMAC_KEY } = SECRETS;
  const body = JSON.stringify(message(newTaskId(), "text"));
  const doors = [...alterations(CALLBACK_TOKEN), API_TOKEN, CALLBACK_HMAC_KEY, "%00", "%ff", "undefined", "null", ".*"];
  const bearers = [...alterations(API_TOKEN), CALLBACK_TOKEN, CALLBACK_HMAC_KEY, "", "null", "undefined", "*"];
  return [
    ...(await each(doors, async (token) =>
      refusedTry(`callback by ${token}`, await send(`/callback/${token}`, { method: "POST", body })),
    )),
    ...(await each(doors, async (token) =>
      refusedTry(`callback by ?token=${token}`, await send(`/callback?token=${token}`, { method: "POST", body })),
    )),
    ...(await each(bearers, async (token) =>
      refusedTry(`bearer ${token}`, await send("/tasks", { headers: { authorization: `Bearer ${token}` } })),
    )),
    ...(await each([API_TOKEN, ...bearers.slice(0, 20)], async (token) =>
      refusedTry(`?token=${token}`, {
        ...(await send(`/tasks?token=${token}&access_token=${token}&api_token=${token}`)),
        // What was sent comes back to nobody but the sender.
        text: "",
      }),
    )),
  ];
}

async function readers({ send, report }: Ground): Promise<readonly Verdict[]> {
  const taskId = newTaskId();
  await report(message(taskId, "text"));
  const writes = [
    ["POST", "/tasks"],
    ["POST", "/tasks/retry?status=open"],
    ["POST", "/sources/check"],
    ["POST", "/logout?everywhere"],
    ...["retry", "assess", "notify", "rebuild", "recover", "share", "delete", "adopt", "shares/x/delete"].map(
      (wish) => ["POST", `/tasks/${taskId}/${wish}`],
    ),
    ["PUT", `/tasks/${taskId}`],
    ["PUT", `/tasks/${taskId}/chosen`],
    ["DELETE", `/tasks/${taskId}`],
    ["DELETE", `/tasks/${taskId}/shares/x`],
  ] as const;
  const headers = { authorization: `Bearer ${SECRETS.READ_TOKEN}` };
  return each(writes, async ([method = "", path = ""]) =>
    refusedTry(`${method} ${path} by READ_TOKEN`, await send(path, { method, headers, body: "{}" })),
  );
}
