/** What a form for a new task sent and became no task, as where a login came between, is filled in again. */
const KEY = "draft";
/** Each form has its own key, and consent holds for what was found then. */
const NOT_KEPT = new Set(["key", "force"]);

export function offerDraft(): void {
  if (document.querySelector("[data-follow=task]") !== null) sessionStorage.removeItem(KEY);
  const form = document.querySelector<HTMLFormElement>("#new");
  if (form === null) return;
  fillIn(form);
  form.addEventListener("submit", () => keep(form));
}

function keep(form: HTMLFormElement): void {
  const filled = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name));
  sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(filled)));
}

/** Where the form opens with values of its own, they are meant. */
function fillIn(form: HTMLFormElement): void {
  const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  const isEmpty = ["title", "sourceId", "uploadUrl"].every((name) => fieldOf(form, name)?.value === "");
  if (!isEmpty || typeof kept !== "object" || kept === null) return;
  for (const [name, value] of Object.entries(kept)) {
    const field = fieldOf(form, name);
    if (field === null || value === "") continue;
    field.value = String(value);
    field.closest("details")?.setAttribute("open", "");
  }
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement | HTMLSelectElement | null {
  const field = form.elements.namedItem(name);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field : null;
}
