/**
 * Follows what the page shows. A task is waited for (`?wait=`, held by the Worker), a list is asked for every few
 * seconds; on news the page is fetched again and morphed, never reloaded.
 *
 * While nobody looks nothing is asked, but for a task that is under way. A page that comes back asks at once.
 */
import { readList, shownRows } from "./list.ts";
import { morph } from "./morph.ts";
import { isGuest, loginLink, SESSION_ENDED } from "./session-ended.ts";
import { tellOfEnd } from "./tell-me.ts";

const WAIT_SECONDS = 20;
/** While something is being made of the task, of which the task itself knows nothing. */
const BUSY_WAIT_SECONDS = 3;
/** The Worker answers a wait after 20 s; a connection that fell asleep never does. */
const DEADLINE_MS = 30_000;
const LIST_EVERY_MS = 3_000;
const LIST_LENGTH = 25;
const MAX_LIMIT = 100;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
const TOAST_MS = 8_000;

/** `changed` runs after each change of the page. */
export function follow(changed: () => void): void {
  const part = document.querySelector<HTMLElement>("[data-follow]");
  if (part === null) return;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.matches("[data-command]")) {
      event.preventDefault();
      void command(form, part, changed);
    } else if (!event.defaultPrevented) leaving.abort();
  });
  void run(part, changed);
  // What plays is left alone, so what is new about it is shown once it rests.
  document.addEventListener("pause", () => void refresh(part, changed).catch(() => undefined), true);
}

/** Any other form leads away from its page: what it changes is no news to a page that is left. */
const leaving = new AbortController();

/** Does what the form asks for and shows the page that it leads to in place of this one. */
async function command(form: HTMLFormElement, part: HTMLElement, changed: () => void): Promise<void> {
  const button = form.querySelector("button");
  button?.setAttribute("aria-disabled", "true");
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const response = await fetch(form.action, { method: "POST", headers: { accept: "text/html" }, body });
    if (response.redirected && new URL(response.url).pathname === "/login") throw new SessionEnded();
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok) show(fresh, part, changed);
    const words = fresh.querySelector("#did, .alert")?.textContent ?? "Done.";
    toast(words, response.ok ? "good" : "bad");
  } catch (error) {
    if (error instanceof SessionEnded) say(`${SESSION_ENDED} Nothing was changed.`, "bad", ...loginLink("here"));
    else if (error instanceof Refused) toast(error.message, "bad");
    else toast("The Worker cannot be reached, so nothing was changed. Try again.", "bad");
  }
  button?.removeAttribute("aria-disabled");
}

async function run(part: HTMLElement, changed: () => void): Promise<void> {
  const step = part.dataset["follow"] === "task" ? taskMoved : listMoved;
  let delayMs = FIRST_RETRY_MS;
  while (!leaving.signal.aborted) {
    await worthLooking(part);
    try {
      if (await step(part)) await refresh(part, changed);
      say("", "plain");
      delayMs = FIRST_RETRY_MS;
    } catch (error) {
      if (leaving.signal.aborted) return;
      if (error instanceof Gone) return tellGone(part, changed);
      if (error instanceof SessionEnded) say(SESSION_ENDED, "bad", ...loginLink("here"));
      else if (error instanceof Refused) say(error.message, "bad");
      else say("The Worker cannot be reached. Trying again…", "bad");
      await pause(delayMs);
      delayMs = Math.min(LAST_RETRY_MS, delayMs * 2);
    }
  }
}

class Refused extends Error {}
class SessionEnded extends Error {}
class Gone extends Error {}

/** Nothing more is asked, and nothing is offered. */
function tellGone(part: HTMLElement, changed: () => void): void {
  leaving.abort();
  say("", "plain");
  const words = document.createElement("p");
  words.className = "alert";
  words.role = "alert";
  words.textContent = "This task was deleted, with its files. ";
  const all = document.createElement("a");
  all.href = "/tasks";
  all.textContent = "All tasks";
  if (!isGuest) words.append(all);
  document.title = "Deleted · Backline";
  part.replaceChildren(...part.querySelectorAll("h1"), words);
  changed();
}

/** Resolves when the task is ahead of the page, or when the wait is over. */
async function taskMoved(part: HTMLElement): Promise<boolean> {
  const seen = Number(part.dataset["version"]);
  const isBusy = part.dataset["busy"] === "true";
  const query = new URLSearchParams(location.search);
  for (const name of ["after", "did", "everything"]) query.delete(name);
  query.set("wait", String(isBusy ? BUSY_WAIT_SECONDS : WAIT_SECONDS));
  query.set("min_version", String(seen + 1));
  const view: unknown = await (await ask(`${location.pathname}?${query}`, "application/json")).json();
  return isBusy || (typeof view === "object" && view !== null && "version" in view && view.version !== seen);
}

let listed = "";

/** Covers and verdicts follow the list's own rows, so it is fetched again while any of them is under way. */
async function listMoved(part: HTMLElement): Promise<boolean> {
  await pause(LIST_EVERY_MS);
  const filled = [...new URLSearchParams(location.search)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled);
  query.set("limit", String(Math.max(LIST_LENGTH, Math.min(MAX_LIMIT, shownRows()))));
  const path = `${location.pathname}?${query}`;
  const now = await (await ask(path, "application/json")).text();
  const moved = listed !== now;
  listed = now;
  return moved || part.dataset["busy"] === "true";
}

async function refresh(part: HTMLElement, changed: () => void): Promise<void> {
  const fresh = part.dataset["follow"] === "list" ? await readList(readPage) : await readPage();
  show(fresh, part, changed);
}

async function readPage(): Promise<Document> {
  const html = await (await ask(location.href, "text/html")).text();
  return new DOMParser().parseFromString(html, "text/html");
}

function show(fresh: Document, part: HTMLElement, changed: () => void): void {
  const wanted = fresh.getElementById(part.id);
  if (wanted === null) throw new Refused("This page is no longer what it was. Load it again.");
  const before = announcement();
  const wasOpen = part.dataset["settled"] === "false";
  document.title = fresh.title;
  const icon = fresh.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (icon !== null) document.querySelector("link[rel=icon]")?.setAttribute("href", icon.getAttribute("href") ?? "");
  morph(part, wanted);
  const [older, wantedOlder] = [document.getElementById("older"), fresh.getElementById("older")];
  if (older !== null && wantedOlder !== null) morph(older, wantedOlder);
  changed();
  if (announcement() !== before) announce(announcement());
  if (wasOpen && part.dataset["settled"] === "true") tellOfEnd(announcement());
}

async function ask(url: string, accept: string): Promise<Response> {
  const response = await fetch(url, {
    headers: { accept },
    redirect: "manual",
    signal: AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), wokenUp(), leaving.signal]),
  });
  if (response.ok) return response;
  if (response.type === "opaqueredirect" || response.status === 401) throw new SessionEnded();
  if (response.status === 404 || response.status === 410) throw new Gone();
  throw new Error(`answered ${response.status}`);
}

/** After a sleep the connection is dead, though nobody says so. */
function wokenUp(): AbortSignal {
  const controller = new AbortController();
  addEventListener("online", () => controller.abort(), { once: true });
  return controller.signal;
}

/** Hidden pages rest; one of an open task goes on, for its title tells how it stands. */
async function worthLooking(part: HTMLElement): Promise<void> {
  while (document.hidden && part.dataset["settled"] !== "false") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

/** Ends early when the network or the user comes back. */
async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    addEventListener("online", done, { once: true });
    document.addEventListener("visibilitychange", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    }
  });
}

function announcement(): string {
  return document.querySelector("[data-announce]")?.textContent ?? "";
}

/** Read out, and not shown: what changed stands in the page. */
function announce(text: string): void {
  const region = document.getElementById("announcement");
  if (region !== null) region.textContent = text;
}

/** Shown and read out for as long as it takes to read. */
function toast(text: string, tone: "good" | "bad"): void {
  document.getElementById("did")?.remove();
  const shown = document.createElement("p");
  shown.id = "did";
  shown.className = tone === "good" ? "ok toast" : "alert toast";
  shown.setAttribute("role", "status");
  document.getElementById("live")?.after(shown);
  // A live region is read out for what comes into it.
  shown.textContent = text;
  setTimeout(() => shown.remove(), TOAST_MS);
}

/** Shown and read out. */
function say(text: string, tone: "plain" | "bad", ...more: readonly HTMLElement[]): void {
  const region = document.getElementById("live");
  if (region === null || region.dataset["said"] === text) return;
  region.replaceChildren(text, ...more.flatMap((one) => [" ", one]));
  region.dataset["tone"] = tone;
  region.dataset["said"] = text;
}
