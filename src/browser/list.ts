/** The list as a person works with it: found while typing, longer while scrolling. Both are links and a form without. */
import { morph, takeUp } from "./morph.ts";

const TYPING_MS = 250;

/** How many pages of the list are shown. */
let pages = 1;

export function offerList(changed: () => void): void {
  const form = document.querySelector<HTMLFormElement>("form[role=search]");
  if (form === null) return;
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(form, changed), TYPING_MS);
  });
  // A page that is left is silent.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void find(form, changed).then((isFound) => isFound || form.submit());
  });
}

/** False where the list cannot be read. */
async function find(form: HTMLFormElement, changed: () => void): Promise<boolean> {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") query.set(name, value);
  const path = query.size === 0 ? "/tasks" : `/tasks?${query}`;
  history.replaceState(null, "", path);
  const fresh = await pageAt(path);
  if (fresh === null) return false;
  // Somebody typed on meanwhile.
  if (location.pathname + location.search !== path) return true;
  pages = 1;
  for (const id of ["list", "older"]) {
    const [part, wanted] = [document.getElementById(id), fresh.getElementById(id)];
    if (part !== null && wanted !== null) morph(part, wanted);
  }
  changed();
  return true;
}

/**
 * The list as it is now, as far as it is shown: the first page, with the rows of those that were added to it. `readFirst`
 * is called again where somebody went on meanwhile.
 */
export async function readList(readFirst: () => Promise<Document>): Promise<Document> {
  for (;;) {
    const [path, wanted] = [location.href, pages];
    const fresh = await readFirst();
    for (let page = 1; page < wanted; page += 1) {
      const link = fresh.querySelector<HTMLAnchorElement>(OLDER);
      const next = link === null ? null : await pageAt(link.href);
      if (next !== null) add(next, fresh);
    }
    if (location.href === path && pages === wanted) return fresh;
  }
}

/** Rows that are shown, problems aside. */
export function shownRows(): number {
  return document.querySelectorAll("#newest .tasks > li").length;
}

const OLDER = "a[data-older]";
let observer: IntersectionObserver | null = null;
let isLoading = false;

/** When the link to older tasks comes into sight, they come in its place. After each change of the page. */
export function watchEnd(changed: () => void): void {
  observer?.disconnect();
  const link = document.querySelector<HTMLAnchorElement>(OLDER);
  if (link === null) return;
  observer = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting) && !isLoading) void append(link, changed);
  });
  observer.observe(link);
}

async function append(link: HTMLAnchorElement, changed: () => void): Promise<void> {
  const { href } = link;
  isLoading = true;
  const next = await pageAt(href);
  isLoading = false;
  // By now the link may lead elsewhere.
  if (next === null || !link.isConnected || link.href !== href) return;
  pages += 1;
  add(next, document);
  changed();
}

/** The rows of the next page, and where it goes on. */
function add(next: Document, to: Document): void {
  const [newest, rows] = [to.querySelector("#newest"), next.querySelector("#newest .tasks")];
  const list = newest?.querySelector(".tasks");
  if (rows !== null && list === null) newest?.replaceChildren(...newest.querySelectorAll("h2"), rows);
  for (const row of Array.from(rows?.children ?? [])) if (to.getElementById(row.id) === null) list?.append(row);
  to.getElementById("older")?.replaceChildren(...(next.getElementById("older")?.childNodes ?? []));
  const isBusy = next.getElementById("list")?.dataset["busy"] === "true";
  const whole = to.getElementById("list");
  if (isBusy && whole !== null) whole.dataset["busy"] = "true";
  if (to === document && whole !== null) takeUp(whole);
}

async function pageAt(path: string): Promise<Document | null> {
  const response = await fetch(path, { headers: { accept: "text/html" } }).catch(() => null);
  if (response?.ok !== true) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
