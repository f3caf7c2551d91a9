/** The list as a person works with it: found while typing, longer while scrolling. Both are links and a form without. */
import { morph } from "./morph.ts";

const TYPING_MS = 250;

export function offerList(changed: () => void): void {
  const form = document.querySelector<HTMLFormElement>("form[role=search]");
  const list = document.getElementById("list");
  if (form === null || list === null) return;
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(form, list, changed), TYPING_MS);
  });
  watchEnd(changed);
}

async function find(form: HTMLFormElement, list: HTMLElement, changed: () => void): Promise<void> {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") query.set(name, value);
  const path = query.size === 0 ? "/tasks" : `/tasks?${query}`;
  history.replaceState(null, "", path);
  const fresh = await pageAt(path);
  // Somebody typed on meanwhile.
  if (fresh === null || location.pathname + location.search !== path) return;
  for (const part of [list, document.getElementById("older")]) {
    const wanted = part === null ? null : fresh.getElementById(part.id);
    if (part !== null && wanted !== null) morph(part, wanted);
  }
  changed();
  watchEnd(changed);
}

/** When the link to older tasks comes into sight, they come in its place. */
function watchEnd(changed: () => void): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-older]");
  if (link === null || link.dataset["older"] === "watched") return;
  link.dataset["older"] = "watched";
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    void append(link, changed);
  });
  observer.observe(link);
}

async function append(link: HTMLAnchorElement, changed: () => void): Promise<void> {
  const fresh = await pageAt(link.href);
  const rows = fresh?.querySelector("#newest .tasks");
  const next = fresh?.querySelector("a[data-older]")?.parentElement;
  if (fresh === null) return;
  link.parentElement?.replaceWith(...[rows, next].flatMap((part) => part ?? []));
  changed();
  watchEnd(changed);
}

async function pageAt(path: string): Promise<Document | null> {
  const response = await fetch(path, { headers: { accept: "text/html" } }).catch(() => null);
  if (response?.ok !== true) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
