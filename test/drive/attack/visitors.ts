/** People with a browser: sessions and share links that are altered, other sites, and logins that lead elsewhere. */
import * as z from "zod";
import {
  alterations,
  each,
  isHarm,
  message,
  newTaskId,
  refusedTry,
  SECRETS,
  type Ground,
  type Verdict,
} from "./ground.ts";
import type { Attacks } from "./run.ts";

const shared = z.object({ url: z.url() });
const FORM = { "content-type": "application/x-www-form-urlencoded" };

export const visitorAttacks: Attacks = {
  "altered session cookies": cookies,
  "altered and misused share links": shares,
  "writes and logins from other sites": crossSite,
  "logins that lead elsewhere": redirects,
};

async function cookies({ send }: Ground): Promise<readonly Verdict[]> {
  const value = await sessionValue(send);
  const forged = [...alterations(value), "", SECRETS.API_TOKEN, `${value}.${value}`, value.toUpperCase()];
  return each(forged, async (one) =>
    refusedTry(`cookie ${one}`, await send("/tasks", { headers: { cookie: `backline=${one}` } })),
  );
}

async function shares({ send, owner, report }: Ground): Promise<readonly Verdict[]> {
  const [taskId, other] = [newTaskId(), newTaskId()];
  for (const id of [taskId, other]) await report(message(id, "first", [{ id: "a", audio_url: "", title: "x" }]));
  const { url } = shared.parse(JSON.parse((await owner(`/tasks/${taskId}/share`, { method: "POST" })).text));
  const value = new URL(url).searchParams.get("share") ?? "";
  const closed = [
    "/tasks",
    "/inbox",
    "/stats",
    `/tasks/${taskId}/events`,
    `/tasks/${taskId}/shares`,
    `/tasks/${other}`,
  ];
  const writes = [
    ["DELETE", ""],
    ["PUT", ""],
    ...["retry", "assess", "notify", "rebuild", "share", "delete"].map((wish) => ["POST", `/${wish}`]),
  ] as const;
  return [
    ...(await each(alterations(value), async (one) =>
      refusedTry(`share ${one}`, await send(`/tasks/${taskId}?share=${encodeURIComponent(one)}`)),
    )),
    ...(await each(closed, async (path) => refusedTry(`share at ${path}`, await send(`${path}?share=${value}`)))),
    ...(await each(writes, async ([method = "", of = ""]) =>
      refusedTry(`share for ${method} ${of}`, await send(`/tasks/${taskId}${of}?share=${value}`, { method })),
    )),
  ];
}

async function crossSite({ send, report }: Ground): Promise<readonly Verdict[]> {
  const taskId = newTaskId();
  await report(message(taskId, "text"));
  const cookie = `backline=${await sessionValue(send)}`;
  const origins = ["https://evil.example", "null", "http://127.0.0.1:1", "file://"];
  const sites = ["cross-site", "same-site", "none"];
  const from = [
    ...origins.map((origin) => ({ origin })),
    ...sites.map((site) => ({ "sec-fetch-site": site })),
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
  ];
  const types = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x/y"];
  const writes = [
    ["POST", "/tasks"],
    ["POST", "/sources/check"],
    ["POST", "/logout?everywhere"],
    ["POST", `/tasks/${taskId}/retry`],
    ["POST", `/tasks/${taskId}/share`],
    ["POST", `/tasks/${taskId}/delete`],
    ["DELETE", `/tasks/${taskId}`],
    ["PUT", `/tasks/${taskId}`],
  ] as const;
  const tries = writes.flatMap(([method, path]) =>
    from.flatMap((headers) => types.map((type) => ({ method, path, headers, type }))),
  );
  const written = await each(tries, async ({ method, path, headers: said, type }) => {
    const headers = { ...said, "content-type": type, cookie };
    return refusedTry(`${method} ${path} from another site`, await send(path, { method, headers, body: "{}" }));
  });
  const logins = await each(from, async (headers) => {
    const body = new URLSearchParams({ token: SECRETS.API_TOKEN });
    const answer = await send("/login", { method: "POST", headers: { ...FORM, ...headers }, body });
    return { ...refusedTry("a login from another site", answer), letIn: answer.headers.has("set-cookie") };
  });
  return [...written, ...logins];
}

async function redirects({ send }: Ground): Promise<readonly Verdict[]> {
  const places = ["https://evil.example/", "//evil.example", "/\\evil.example", "/.//evil.example", "\\\\evil.example"];
  const odd = ["javascript:alert(1)", "data:text/html,x", "/%09/evil.example", "/\t/evil.example", "http:evil.example"];
  const dressed = [...places, ...odd].flatMap((place) => [
    place,
    ` ${place}`,
    `${place}#/tasks`,
    encodeURIComponent(place),
  ]);
  return each(dressed, async (next) => {
    const body = new URLSearchParams({ token: SECRETS.API_TOKEN, next });
    const answer = await send("/login", { method: "POST", headers: FORM, body });
    const location = answer.headers.get("location") ?? "";
    const leadsTo = URL.parse(location, "https://backline.example")?.origin;
    return { what: `next=${next}: ${location}`, letIn: leadsTo !== "https://backline.example", harmed: isHarm(answer) };
  });
}

async function sessionValue(send: Ground["send"]): Promise<string> {
  const body = new URLSearchParams({ token: SECRETS.API_TOKEN });
  const { headers } = await send("/login", { method: "POST", headers: FORM, body });
  const [, value] = /backline=([^;]+)/.exec(headers.get("set-cookie") ?? "") ?? [];
  if (value === undefined) throw new Error("the login gave no session");
  return value;
}
