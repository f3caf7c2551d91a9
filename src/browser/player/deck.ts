/**
 * One player for the page: a bar that stays in sight, and beside each take a button and its picture.
 *
 * What the audio elements say is the truth, whoever started them: one is heard at a time, the next take follows, and
 * everything shown is drawn from it.
 */
import { dropAside } from "../morph.ts";
import { button, element, makeDeck, show, type Deck } from "./bar.ts";
import { causeOf } from "./failure.ts";
import { route } from "./gain.ts";
import { tellSystem } from "./media-session.ts";
import { offerStem } from "./stems.ts";
import { clock, lengthOf, play, seekTo, takesOf, type Take } from "./takes.ts";
import { meansItself } from "./space-key.ts";
import { follow, isAlong, isTogether, mix, renew, runTogether, stopComparing, swap } from "./compare-takes.ts";
import { drawWave } from "./wave.ts";

const STEP_SECONDS = 5;
const SOURCE_KEY = "0";

/** What can be played on the page: the takes, then whatever else. */
let all: readonly Take[] = [];
let takes: readonly Take[] = [];
let current: Take | null = null;
let deck: Deck | null = null;
/** Whether somebody means the current take. */
let isChosen = false;
/** In a list the bar comes with the first song that is played. */
let hasPlayed = false;

/** After each change of the page. */
export function offerPlayers(): void {
  dropAside(current?.box);
  all = takesOf(document);
  takes = all.filter(({ isBare }) => !isBare);
  if (deck !== null) deck.bar.hidden = all.length === 0;
  if (all.length === 0) return;
  const kept = all.find(({ box }) => box === current?.box);
  const isMeant = isChosen || (kept?.audio.currentTime ?? 0) > 0;
  current = (isMeant ? kept : undefined) ?? takes.find(({ key }) => key !== SOURCE_KEY) ?? all[0] ?? null;
  deck ??= makeDeck({
    toggle: () => current !== null && toggle(current),
    step,
    swap: () => void listenTo(other()),
    go,
  });
  for (const take of takes) offer(take);
  renew(takes);
  void letLongestLead().catch(() => undefined);
  draw();
}

function offer(take: Take): void {
  const { box, audio } = take;
  const present = box.querySelector<HTMLElement>(".transport");
  if (present !== null) return drawWave(take, present, draw);
  audio.controls = false;
  const transport = element("div", "transport");
  box.prepend(transport);
  // The bar plays all of them.
  if (take.isStem) return offerStem(take, transport, mix);
  const playing = button("play", `Play ${take.name}`, () => toggle(takeIn(box)));
  playing.classList.add("play");
  const time = element("span", "time");
  transport.append(playing, time);
  drawWave(take, transport, draw);
}

/** As the page has it now. */
function takeIn(box: HTMLElement): Take | undefined {
  return all.find((take) => take.box === box);
}

function toggle(take: Take | undefined): void {
  if (take === undefined) return;
  if (!take.audio.paused && !isAlong(take.audio)) return take.audio.pause();
  if (take !== current) stopComparing();
  void start(take);
}

/** Stems are heard until the last one ends, so the longest of them leads. Each tells its length once it is loaded. */
async function letLongestLead(): Promise<void> {
  const [longest] = takes.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (!isBand() || longest === undefined || current === null || current.isBare) return;
  const { currentTime } = current.audio;
  if (longest.audio === current.audio) return;
  if (isTogether()) await swap(longest.audio);
  else if (currentTime > 0) seekTo(longest.audio, currentTime);
  current = longest;
  draw();
  // Meanwhile a longer one may have come.
  await letLongestLead();
}

function choose(take: Take): void {
  current = take;
  isChosen = true;
}

async function start(take: Take): Promise<void> {
  choose(take);
  hasPlayed = true;
  if (!take.isBare && (isComparable() || isBand())) await route(takes.map(({ audio }) => audio)).catch(() => undefined);
  if (take.audio !== current?.audio) return;
  if (!take.isBare && isBand()) runTogether(takes, take.audio);
  await play(take.audio).catch(() => undefined);
  draw();
}

function step(by: 1 | -1): void {
  const next = takes[takes.findIndex((take) => take === current) + by];
  if (next === undefined || isBand()) return;
  stopComparing();
  current?.audio.pause();
  next.audio.currentTime = 0;
  void start(next);
}

/** The same place in another take, if it has that place. */
async function listenTo(take: Take | undefined): Promise<void> {
  const from = current;
  if (take === undefined || take === from || from === null || from.isBare) return;
  if (isOver(take)) return say(`${take.name} is over here: it ends at ${clock(lengthOf(take))}.`);
  say("");
  if (!isTogether()) runTogether(takes, from.audio);
  const isSwapped = await swap(take.audio).then(
    () => true,
    () => false,
  );
  if (isSwapped) choose(take);
  draw();
}

/** Before the place of what is heard. */
function isOver(take: Take): boolean {
  const length = lengthOf(take);
  return current !== null && length > 0 && current.audio.currentTime >= length;
}

/** The next one round that has this place. */
function other(): Take | undefined {
  const at = takes.findIndex((take) => take === current) + 1;
  const round = [...takes.slice(at), ...takes.slice(0, at)].filter((take) => take !== current);
  return round.find((take) => !isOver(take)) ?? round[0];
}

function seek(by: number): void {
  if (current !== null) go(current.audio.currentTime + by);
}

function go(seconds: number): void {
  if (current !== null) seekTo(current.audio, seconds);
  draw();
}

const KEYS: Readonly<Record<string, () => void>> = {
  " ": () => current !== null && toggle(current),
  ArrowLeft: () => seek(-STEP_SECONDS),
  ArrowRight: () => seek(STEP_SECONDS),
  "[": () => step(-1),
  "]": () => step(1),
  x: () => isComparable() && void listenTo(other()),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || all.length === 0) return;
  const { target } = event;
  if (target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null) return;
  if (event.key === " " && meansItself(target)) return;
  const act = KEYS[event.key.toLowerCase()] ?? KEYS[event.key];
  const numbered = isComparable() ? takes.find(({ key }) => key === event.key) : undefined;
  if (act === undefined && numbered === undefined) return;
  event.preventDefault();
  if (act === undefined) void listenTo(numbered);
  else act();
});

/** Whoever comes to a picture means that take, unless another is heard. */
document.addEventListener("focusin", ({ target }) => {
  const take = takes.find(({ box }) => target instanceof Element && target.matches(".wave") && box.contains(target));
  if (take === undefined || take === current || current?.audio.paused === false) return;
  stopComparing();
  choose(take);
  draw();
});

function isComparable(): boolean {
  return takes.length > 1 && takes.every(({ key }) => key !== "");
}

/** Stems, which are one song. */
function isBand(): boolean {
  return takes.length > 0 && takes.every(({ isStem }) => isStem);
}

for (const type of ["play", "pause", "ended", "seeked", "timeupdate", "loadedmetadata", "error"])
  document.addEventListener(type, (event) => heard(type, event.target), true);

function heard(type: string, target: EventTarget | null): void {
  const take = all.find(({ audio }) => audio === target);
  if (take === undefined) return;
  if (type === "error") void failed(take);
  if (type === "loadedmetadata") void letLongestLead().catch(() => undefined);
  if (isAlong(take.audio)) return;
  // An event comes late: by now another take may be the one that is heard.
  if (type === "play" && !take.audio.paused) {
    if (take.isBare) stopComparing();
    say("");
    hasPlayed = true;
    choose(take);
    for (const { audio } of all) if (audio !== take.audio && !isAlong(audio)) audio.pause();
  }
  if (type === "play" || type === "pause" || type === "seeked") follow();
  if (type === "ended") ended(take);
  draw();
}

/** At rest, so that the next press tries again. Of a take that nobody means nothing is said. */
async function failed(take: Take): Promise<void> {
  const { audio } = take;
  audio.pause();
  if (audio !== current?.audio && !isAlong(audio)) return;
  const cause = await causeOf(take);
  if (audio.error !== null) say(...cause);
}

/** Who compares takes goes on comparing. */
function ended(take: Take): void {
  if (take.isBare || isBand()) return;
  if (!isTogether()) return step(1);
  const next = other();
  const longer = next === undefined || isOver(next) ? "" : ` X goes on in ${next.name}.`;
  say(`${take.name} is over.${longer}`);
}

function say(...said: readonly (string | Node)[]): void {
  deck?.said.replaceChildren(...said);
}

function draw(): void {
  for (const take of all) {
    const { box, audio, name } = take;
    const isHeard = !audio.paused && !isAlong(audio);
    const shown = box.querySelector<HTMLButtonElement>(".play");
    if (shown !== null) show(shown, isHeard ? "pause" : "play", `${isHeard ? "Pause" : "Play"} ${name}`);
    const time = box.querySelector(".time");
    if (time !== null) time.textContent = `${clock(audio.currentTime)} / ${clock(lengthOf(take))}`;
    box.toggleAttribute("data-current", take === current);
  }
  if (deck === null || current === null) return;
  const { audio, name } = current;
  const length = lengthOf(current);
  deck.bar.hidden = !isComparable() && !isBand() && !hasPlayed;
  show(deck.play, audio.paused ? "play" : "pause", audio.paused ? "Play" : "Pause");
  deck.name.textContent = isBand() && !current.isBare ? "All stems" : name;
  deck.position.max = length.toFixed(1);
  if (document.activeElement !== deck.position || !audio.paused) deck.position.value = audio.currentTime.toFixed(1);
  deck.position.ariaValueText = `${clock(audio.currentTime)} of ${clock(length)}`;
  deck.time.textContent = `${clock(audio.currentTime)} / ${clock(length)}`;
  deck.swap.hidden = !isComparable() || current.isBare;
  for (const button of deck.steps) button.hidden = isBand();
  deck.swap.textContent =
    isComparable() && isTogether() ? `A/B, now ${current.key === SOURCE_KEY ? "source" : current.key}` : "A/B";
  deck.swap.ariaPressed = String(isTogether());
  tellSystem(current, length, { play: () => current !== null && toggle(current), step, seek });
}
