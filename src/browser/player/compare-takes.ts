/**
 * Takes that run side by side, one of them heard: to swap them is to swap their gains, so nothing is lost between.
 *
 * A take joins in silence and is brought to the position of the one that is heard; it is heard only once it is there.
 * Stems are run in the same way after one of them, which leads, and are all heard.
 */
import { setGain } from "./gain.ts";
import { levels } from "./level.ts";
import { stemLevels } from "./stems.ts";
import { play, type Take } from "./takes.ts";

/** Closer than anybody hears. */
const TOGETHER_SECONDS = 0.02;
const DRIFT_SECONDS = 0.035;
const ROUNDS = 6;
const SETTLE_MS = 120;
const LOOK_EVERY_MS = 1_000;
/** What is left between two is played away within a look: nobody hears so small a change of speed. */
const MAX_SPEED_CHANGE = 0.02;
const MAX_LEAD_SECONDS = 0.5;

let running: readonly Take[] = [];
let heard: HTMLMediaElement | null = null;

/** Whether this one is run along and not heard: its events are no wish of anybody's. */
export function isAlong(audio: HTMLMediaElement): boolean {
  return audio !== heard && running.some((take) => take.audio === audio);
}

export function isTogether(): boolean {
  return running.length > 0;
}

/** From now on these run together, loaded: compared equally loud, or as the stems of one song. */
export function runTogether(takes: readonly Take[], first: HTMLMediaElement): void {
  running = takes;
  heard = first;
  for (const { audio } of takes) audio.preload = "auto";
  mix();
}

/** What the page now says of those that run. */
export function renew(takes: readonly Take[]): void {
  running = running.map((old) => takes.find(({ audio }) => audio === old.audio) ?? old);
  if (isTogether()) mix();
}

export function stopComparing(): void {
  for (const { audio } of running) {
    if (isAlong(audio)) audio.pause();
    setGain(audio, 1);
    audio.playbackRate = 1;
  }
  running = [];
}

/** Makes `to` heard in place of what is heard, where that is. */
export async function swap(to: HTMLMediaElement): Promise<void> {
  if (heard === null) return;
  if (heard.paused) to.currentTime = heard.currentTime;
  else await join(to, heard);
  heard = to;
  mix();
}

/** Those that run along do as the one that is heard. */
export function follow(): void {
  for (const { audio } of running) {
    if (heard === null || audio === heard) continue;
    if (heard.paused) audio.pause();
    else if (isBand() || audio.currentTime > 0) void join(audio, heard).catch(() => undefined);
  }
}

export function mix(): void {
  const gains = isBand() ? stemLevels(running) : levels(running);
  for (const [index, { audio }] of running.entries())
    setGain(audio, isAlong(audio) && !isBand() ? 0 : (gains[index] ?? 1));
}

/** All of them are stems, and all are heard. */
function isBand(): boolean {
  return running.every(({ isStem }) => isStem);
}

/** How far ahead a seek has to aim to arrive in time: what it took before. */
let leadSeconds = 0.05;

/** Where it is shorter than the place it is to join at, it rests. */
async function join(audio: HTMLMediaElement, to: HTMLMediaElement): Promise<void> {
  if (to.currentTime >= audio.duration) return audio.pause();
  await play(audio);
  for (let round = 0; round < ROUNDS && !to.paused; round += 1) {
    const lag = to.currentTime - audio.currentTime;
    if (Math.abs(lag) < TOGETHER_SECONDS) return;
    if (round > 0) leadSeconds = Math.min(MAX_LEAD_SECONDS, Math.max(0, leadSeconds + lag));
    audio.currentTime = to.currentTime + leadSeconds;
    await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
    // What a clock says just after it was set is a guess.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
}

/** Decoders drift. */
setInterval(() => {
  if (heard === null || heard.paused) return;
  for (const { audio } of running) {
    if (!isAlong(audio) || audio.paused) continue;
    const lag = heard.currentTime - audio.currentTime;
    audio.playbackRate = 1 + Math.max(-MAX_SPEED_CHANGE, Math.min(MAX_SPEED_CHANGE, lag));
    if (Math.abs(lag) > DRIFT_SECONDS) void join(audio, heard).catch(() => undefined);
  }
}, LOOK_EVERY_MS);
