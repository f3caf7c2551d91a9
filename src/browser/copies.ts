/** Buttons that copy: a text as it stands, an address of ours, or the callback that it came by as a curl command with its token masked. */

const SAID_FOR_MS = 2_000;

export function offerCopies(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>(
    "button[data-curl], button[data-copy], button[data-copy-link]",
  )) {
    if (!button.hidden) continue;
    button.hidden = false;
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const { curl, copy, copyLink } = button.dataset;
  const text =
    copyLink === undefined
      ? (document.getElementById(curl ?? copy ?? "")?.textContent ?? "")
      : new URL(copyLink, location.href).href;
  const said = await navigator.clipboard.writeText(curl === undefined ? text : curlOf(text)).then(
    () => "Copied",
    () => "The browser did not allow it",
  );
  say(button, said);
}

/** What a button is called that says what it did, and when it is called so again. */
const saying = new WeakMap<HTMLButtonElement, { readonly label: string; readonly timer: number }>();

function say(button: HTMLButtonElement, said: string): void {
  const before = saying.get(button);
  clearTimeout(before?.timer);
  const label = before?.label ?? button.textContent;
  button.textContent = said;
  const timer = setTimeout(() => {
    button.textContent = label;
    saying.delete(button);
  }, SAID_FOR_MS);
  saying.set(button, { label, timer });
}

/** For a shell: nothing ends the quotes but a quote, which is written as '\''. */
function curlOf(body: string): string {
  const quoted = `'${body.replaceAll("'", String.raw`'\''`)}'`;
  return `curl -X POST "${location.origin}/callback/$CALLBACK_TOKEN" -H 'Content-Type: application/json' --data-raw ${quoted}`;
}
