/** A hostile provider: script and secrets in every text, names that break headers, files that are something else. */
import * as z from "zod";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { FORMS } from "../../core/provider/secret-forms.ts";
import { foundIn } from "../../e2e/door/hidden.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import { each, isHarm, message, newTaskId, SECRETS, tells, type Ground, type Verdict } from "./ground.ts";
import type { Attacks } from "./run.ts";

const SONG = song(17, 1).bytes;
const PATIENCE_MS = 20_000;
const tracks = z.object({
  tracks: z.array(z.object({ audio: z.object({ state: z.string(), url: z.string().nullable(), attempts: z.int() }) })),
});

export const contentAttacks: Attacks = {
  "stored script": scripts,
  "secrets that come back": planted,
  "file names": names,
  "files that are something else": polyglots,
};

const SCRIPTS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '"><script>alert(1)</script>',
  "'><iframe srcdoc='<script>alert(1)</script>'>",
  "</title><script>alert(1)</script>",
  "</textarea><script>alert(1)</script>",
  "<!--<script>alert(1)//-->",
  "<a href=javascript:alert(1)>x</a>",
  "<form action=https://evil.example><button>x",
  "<base href=https://evil.example>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
  "\u2028<script>alert(1)</script>",
  "<\u0000script>alert(1)</script>",
  "&lt;script&gt;<b>",
];

async function scripts({ owner, report }: Ground): Promise<readonly Verdict[]> {
  const fields = ["title", "tags", "model_name", "id", "createTime", "image_url", "stream_audio_url", "msg", "error"];
  const tries = SCRIPTS.flatMap((script) => fields.map((field) => ({ script, field })));
  return each(tries, async ({ script, field }) => {
    const taskId = newTaskId();
    const track = { id: "a", audio_url: "", title: "x", [field]: script };
    await report({ ...message(taskId, "first", [track]), [field]: script });
    const pages = await Promise.all(
      [`/tasks/${taskId}`, `/tasks?q=${taskId}`].map((path) => owner(path, { headers: { accept: "text/html" } })),
    );
    const runs = pages.some(
      ({ text, headers }) =>
        text.includes(script) || !/script-src 'nonce-/.test(headers.get("content-security-policy") ?? ""),
    );
    return { what: `${field}: ${script}`, letIn: runs, harmed: pages.some(isHarm) };
  });
}

async function planted({ owner, report }: Ground): Promise<readonly Verdict[]> {
  const capability = capabilityOf(SECRETS.CALLBACK_TOKEN, "order-17");
  const [, mac = ""] = capability.split(".");
  const secrets = [SECRETS.CALLBACK_TOKEN, SECRETS.API_TOKEN, SECRETS.CALLBACK_HMAC_KEY, capability];
  const fields = ["title", "tags", "errorMessage", "call_back_url"];
  const tries = Object.entries(FORMS).flatMap(([name, form]) =>
    secrets.flatMap((secret) => fields.map((field) => ({ name, field, text: form(secret) }))),
  );
  return each(tries, async ({ name, field, text }) => {
    const taskId = newTaskId();
    const track = { id: "a", audio_url: "", [field]: text };
    await report(message(taskId, "first", [track], { [field]: text }));
    const answers = await Promise.all([`/tasks/${taskId}`, `/tasks/${taskId}/events`].map((path) => owner(path)));
    const told = answers.map((answer) => answer.text).join("\n");
    const harmed = [told, unescaped(told)].some((one) => tells(one) || foundIn(one, [mac]).length > 0);
    return { what: `${field}, ${name}`, letIn: false, harmed: harmed || answers.some(isHarm) };
  });
}

async function names({ owner, report, serve, files }: Ground): Promise<readonly Verdict[]> {
  const titles = [
    "a\r\nSet-Cookie: x=1",
    'a"; filename="evil.html',
    "../../etc/passwd",
    "..\\..\\windows",
    "a\0b",
    "%0d%0aX: y",
    "\u202egpj.exe",
    "CON",
    ".htaccess",
    "é日本\u{1f3b5}",
    "a".repeat(300),
    "'*\"/\\<>|?",
    "\ud800",
    ";;;",
    " ",
  ];
  return each(titles, async (title) => {
    const taskId = newTaskId();
    serve(`/${taskId}.mp3`, { body: SONG });
    await report(message(taskId, "complete", [{ id: "a", audio_url: `${files.url}/${taskId}.mp3`, title }]));
    const url = await keptUrl(owner, taskId);
    const answer = await owner(`${url ?? `/tasks/${taskId}/tracks/a/audio`}?download`);
    const disposition = answer.headers.get("content-disposition") ?? "";
    const isPlain = /^attachment; filename="?[\w .-]+"?(?:; filename\*=UTF-8''[\w!#$&+.^`|~%'*-]+)?$/i.test(
      disposition,
    );
    const letIn = answer.headers.has("set-cookie") || !isPlain;
    return {
      what: `${JSON.stringify(title)}: ${answer.status} ${disposition}`,
      letIn,
      harmed: isHarm({ ...answer, text: "" }),
    };
  });
}

const HTML = "<!doctype html><script>alert(1)</script>";

async function polyglots({ owner, report, serve, files }: Ground): Promise<readonly Verdict[]> {
  const kinds: readonly (readonly [type: string, body: Uint8Array])[] = [
    ["text/html", bytes(HTML)],
    ["audio/mpeg", bytes(HTML)],
    ["image/svg+xml", bytes(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)],
    ["audio/mpeg", bytes(`ID3${HTML}`)],
    ["audio/wav", bytes(`RIFF\0\0\0\0WAVE${HTML}`)],
    ["audio/ogg", bytes(`OggS${HTML}`)],
    ["audio/flac", bytes(`fLaC${HTML}`)],
    ["application/pdf", bytes("%PDF-1.4 <script>")],
    ["application/xml", bytes("<?xml version='1.0'?><Error/>")],
    ["application/javascript", bytes("alert(1)")],
    ["text/html", new Uint8Array([...SONG, ...bytes(HTML)])],
    ["text/html", new Uint8Array([...bytes(HTML), ...SONG])],
    ["text/html; charset=x", SONG],
    ["application/zip", bytes("PK\u0003\u0004")],
    ["audio/mpeg", new Uint8Array(0)],
  ];
  const tries = kinds.flatMap(([type, body]) => ["audio", "cover"].map((file) => ({ type, body, file })));
  return each(tries, async ({ type, body, file }) => {
    const taskId = newTaskId();
    serve(`/${taskId}`, { body, headers: { "content-type": type } });
    const link = `${files.url}/${taskId}`;
    const track = {
      id: "a",
      title: "x",
      audio_url: file === "audio" ? link : "",
      image_url: file === "cover" ? link : "",
    };
    await report(message(taskId, "complete", [track]));
    await tried(owner, taskId);
    const answer = await owner(`/tasks/${taskId}/tracks/a/${file}`);
    const { headers, status } = answer;
    const isServed = status === 200;
    const isSafe =
      /^(?:audio\/|image\/(?:jpeg|png|webp))/.test(headers.get("content-type") ?? "") &&
      headers.get("x-content-type-options") === "nosniff" &&
      (headers.get("content-security-policy") ?? "").includes("sandbox");
    return {
      what: `${type} as ${file}: ${status}`,
      letIn: isServed && !isSafe,
      harmed: isHarm({ ...answer, text: "" }),
    };
  });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function keptUrl(owner: Ground["owner"], taskId: string): Promise<string | null> {
  return waitFor(async () => {
    const view = tracks.safeParse(JSON.parse((await owner(`/tasks/${taskId}`)).text)).data;
    return view?.tracks.find(({ audio }) => audio.state === "stored")?.audio.url ?? null;
  });
}

/** Until something was tried about its files. */
async function tried(owner: Ground["owner"], taskId: string): Promise<unknown> {
  return waitFor(async () =>
    /"copy_failed"|"copied"/.test((await owner(`/tasks/${taskId}/events`)).text) ? true : null,
  );
}

async function waitFor<T>(look: () => Promise<T | null>): Promise<T | null> {
  for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return null;
}

function unescaped(text: string): string {
  return text
    .replaceAll(/%([0-9a-f]{2})|\\u00([0-9a-f]{2})|&#x([0-9a-f]{2});/gi, (_, ...digits: string[]) =>
      String.fromCharCode(Number.parseInt(digits.slice(0, 3).join(""), 16)),
    )
    .replaceAll(/\\([\\/"])/g, "$1");
}
