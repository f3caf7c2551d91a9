/**
 * Makes a part of the page what the server now says it is, touching only what differs.
 *
 * What someone is using stays: audio that plays is neither moved nor replaced, opened details stay open, a field with
 * the focus keeps its text. Elements with an id are known by it; others by their place.
 */
export function morph(current: Element, wanted: Element): void {
  if (current.isEqualNode(wanted) || isHeld(current, wanted)) return;
  morphAttributes(current, wanted);
  let cursor: ChildNode | null = current.firstChild;
  // Both lists are live.
  for (const child of Array.from(wanted.childNodes)) {
    const match = matchFrom(cursor, child);
    if (match === null) {
      current.insertBefore(child, cursor);
      if (child instanceof Element) takeUp(child);
      continue;
    }
    cursor = removeUntil(cursor, match)?.nextSibling ?? null;
    if (match instanceof Element && child instanceof Element) morph(match, child);
    else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
  }
  removeUntil(cursor, null);
}

/** A player with the same source is the script's; one with another waits until it is silent. */
function isHeld(current: Element, wanted: Element): boolean {
  if (current === document.activeElement && current.matches("input, select")) return true;
  if (!(current instanceof HTMLElement) || current.dataset["player"] === undefined) return false;
  const isSame = wanted instanceof HTMLElement && wanted.dataset["player"] === current.dataset["player"];
  if (isSame || isPlaying(current)) return true;
  // It is replaced rather than morphed: its waveform belongs to the old one.
  current.replaceChildren();
  return false;
}

function isPlaying(player: Element): boolean {
  const audio = player.querySelector("audio");
  return audio !== null && !audio.paused && !audio.ended;
}

/** Where the song of the bar goes on while its place is not on the page. An element that is moved at once plays on. */
const aside = document.createElement("div");
aside.hidden = true;

function putAside(gone: Element): void {
  for (const player of playersIn(gone)) {
    const isBegun = player.matches("[data-current]") && (player.querySelector("audio")?.currentTime ?? 0) > 0;
    if (!isPlaying(player) && !isBegun) continue;
    if (!aside.isConnected) document.body.append(aside);
    aside.append(player);
  }
}

/** Its place is back. */
export function takeUp(come: Element): void {
  for (const player of playersIn(come)) {
    const held = [...aside.children].find(({ id }) => id === player.id);
    if (held instanceof HTMLElement && held.dataset["player"] === player.dataset["player"]) player.replaceWith(held);
  }
}

/** But for this one. */
export function dropAside(kept: Element | undefined): void {
  for (const player of Array.from(aside.children)) if (player !== kept) player.remove();
}

function playersIn(part: Element): readonly HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>("[data-player]"), ...(isPlayer(part) ? [part] : [])];
}

function isPlayer(part: Element): part is HTMLElement {
  return part instanceof HTMLElement && part.dataset["player"] !== undefined;
}

function morphAttributes(current: Element, wanted: Element): void {
  const isDetails = current instanceof HTMLDetailsElement;
  for (const { name } of Array.from(current.attributes))
    if (!wanted.hasAttribute(name) && !(isDetails && name === "open")) current.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    // A button that the script has shown stays shown.
    if (name !== "hidden" && current.getAttribute(name) !== value) current.setAttribute(name, value);
}

function matchFrom(start: ChildNode | null, wanted: ChildNode): ChildNode | null {
  for (let node = start; node !== null; node = node.nextSibling) if (isSame(node, wanted)) return node;
  return null;
}

function isSame(a: ChildNode, b: ChildNode): boolean {
  if (a.nodeName !== b.nodeName) return false;
  return !(a instanceof Element && b instanceof Element) || a.id === b.id;
}

/** Removes from `start` up to `end`, which is returned. */
function removeUntil(start: ChildNode | null, end: ChildNode | null): ChildNode | null {
  for (let node = start; node !== end && node !== null;) {
    const next: ChildNode | null = node.nextSibling;
    if (node instanceof Element) putAside(node);
    node.remove();
    node = next;
  }
  return end;
}
