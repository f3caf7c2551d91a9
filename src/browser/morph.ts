/**
 * Makes a part of the page what the server now says it is, touching only what differs.
 *
 * What someone is using stays: audio that plays is neither moved nor replaced, opened details stay open, a field with
 * the focus keeps its text. Whatever comes, goes or changes beside an element, it never becomes another one: each is
 * known by its kind, and of several of a kind by their text and their order.
 */
import { align } from "./align.ts";
import { seekTo } from "./player/takes.ts";

export function morph(current: Element, wanted: Element): void {
  change(current, wanted);
  takeUp(current);
}

function change(current: Element, wanted: Element): void {
  if (current.isEqualNode(wanted) || isHeld(current, wanted)) return;
  if (current instanceof HTMLMediaElement && wanted instanceof HTMLMediaElement) return changeMedia(current, wanted);
  changeAttributes(current, wanted);
  const present = [...current.childNodes].filter(isServers).map(looksOf);
  const next = Array.from(wanted.childNodes, looksOf);
  const pairs = align(present, next, worthOf);
  const staying = new Set(pairs.values());
  for (const looks of present) if (!staying.has(looks)) remove(looks.node);
  let cursor = [...current.childNodes].find(isServers) ?? null;
  for (const looks of next) {
    const match = pairs.get(looks)?.node;
    if (match === undefined) {
      current.insertBefore(looks.node, cursor);
      continue;
    }
    cursor = match.nextSibling;
    if (match instanceof Element && looks.node instanceof Element) change(match, looks.node);
    else if (match.nodeValue !== looks.node.nodeValue) match.nodeValue = looks.node.nodeValue;
  }
}

/** What the script put into a player stays there. */
function isServers(node: ChildNode): boolean {
  return !(node instanceof Element && node.matches("[data-player] > .transport"));
}

interface Looks {
  readonly node: ChildNode;
  readonly kind: string;
  readonly text: string | null;
  readonly isUsed: boolean;
}

function looksOf(node: ChildNode): Looks {
  return { node, kind: kindOf(node), text: node.textContent, isUsed: node instanceof Element && isUsed(node) };
}

/** What names an element apart from its id. */
const NAMES = ["href", "action", "name", "for", "aria-labelledby"];

function kindOf(node: ChildNode): string {
  if (!(node instanceof Element)) return node.nodeName;
  const names = NAMES.map((name) => node.getAttribute(name));
  // Details are named by their summary, which says what is in them.
  const summary = node instanceof HTMLDetailsElement ? node.querySelector("summary")?.textContent : null;
  return JSON.stringify([node.nodeName, node.id, node.classList[0], summary, ...names]);
}

/** Whatever else it costs, what someone is using is kept. */
const USED = 1_000;

function worthOf(present: Looks, next: Looks): number {
  if (present.kind !== next.kind) return 0;
  return 1 + Number(present.text === next.text) + (present.isUsed ? USED : 0);
}

function isUsed(part: Element): boolean {
  const hasFocus = part !== document.body && part.contains(document.activeElement);
  return hasFocus || part.matches("details[open]") || part.querySelector("details[open]") !== null || isPlaying(part);
}

/** A player with the same source is the script's; one with another waits until it is silent. */
function isHeld(current: Element, wanted: Element): boolean {
  if (current === document.activeElement && current.matches("input, select")) return true;
  if (!isPlayer(current)) return false;
  const isSame = isPlayer(wanted) && wanted.dataset["player"] === current.dataset["player"];
  return isSame || isPlaying(current);
}

/** The rest of its attributes is the script's. Who listened to the stream of a take goes on in its file, at the place. */
function changeMedia(current: HTMLMediaElement, wanted: HTMLMediaElement): void {
  current.ariaLabel = wanted.ariaLabel;
  const [source, { currentTime }] = [wanted.getAttribute("src") ?? "", current];
  if (current.getAttribute("src") === source) return;
  const isStream = new URL(current.src, location.href).origin !== location.origin;
  current.src = source;
  if (isStream && currentTime > 0) seekTo(current, currentTime);
}

/** Or has something in it that plays. */
function isPlaying(part: Element): boolean {
  const within = [...part.querySelectorAll<HTMLMediaElement>("audio, video")];
  return [...(part instanceof HTMLMediaElement ? [part] : []), ...within].some(
    ({ paused, ended }) => !paused && !ended,
  );
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

function changeAttributes(current: Element, wanted: Element): void {
  const isDetails = current instanceof HTMLDetailsElement;
  for (const { name } of Array.from(current.attributes))
    if (!wanted.hasAttribute(name) && !(isDetails && name === "open")) current.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    // A button that the script has shown stays shown.
    if (name !== "hidden" && current.getAttribute(name) !== value) current.setAttribute(name, value);
}

function remove(node: ChildNode): void {
  if (node instanceof Element) putAside(node);
  node.remove();
}
