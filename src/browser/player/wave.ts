/**
 * The picture of a take, which is also its slider: by pointer, touch and keyboard. The audio element beside it plays.
 */
import WaveSurfer from "wavesurfer.js";
import { clock, lengthOf, seekTo, type Take } from "./takes.ts";

const HEIGHT_PX = 72;
const STEP_SECONDS = 5;
const TRY_AGAIN_MS = [2_000, 5_000, 15_000, 60_000];

/** The form of the Worker's own waveforms: the lowest and the highest sample in turn, from -128 to 127. */
interface Waveform {
  readonly data: readonly number[];
}

const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

/** By the controls that it is drawn in. */
const drawn = new WeakMap<HTMLElement, string>();

/** Once, where there is a waveform. `changed` is called after a seek. */
export function drawWave(take: Take, place: HTMLElement, changed: () => void): void {
  const { waveform } = take.box.dataset;
  if (waveform === undefined || drawn.get(place) === waveform) return;
  drawn.set(place, waveform);
  void draw(take, place, waveform, changed);
}

async function draw(take: Take, place: HTMLElement, waveform: string, changed: () => void): Promise<void> {
  const container = document.createElement("div");
  container.className = "wave";
  place.append(container);
  const points = await pointsOf(waveform, container);
  if (points === null) return container.remove();
  const wave = WaveSurfer.create({
    container,
    media: take.audio,
    peaks: [points.filter((_, n) => n % 2 === 1), points.filter((_, n) => n % 2 === 0)],
    duration: take.seconds,
    height: HEIGHT_PX,
    normalize: true,
    dragToSeek: true,
    cursorWidth: 2,
    cspNonce: nonce,
    ...colours(),
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wave.setOptions(colours()));
  asSlider(container, take, wave, changed);
}

function asSlider(container: HTMLElement, take: Take, wave: WaveSurfer, changed: () => void): void {
  const { audio, name } = take;
  container.tabIndex = 0;
  container.role = "slider";
  container.ariaLabel = `Position in ${name}`;
  container.ariaValueMin = "0";
  function tell(): void {
    const length = lengthOf(take);
    container.ariaValueMax = length.toFixed(1);
    container.ariaValueNow = audio.currentTime.toFixed(1);
    container.ariaValueText = `${clock(audio.currentTime)} of ${clock(length)}`;
  }
  tell();
  function go(seconds: number): void {
    seekTo(audio, seconds);
    tell();
    changed();
  }
  audio.addEventListener("timeupdate", tell);
  wave.on("interaction", go);
  container.addEventListener("keydown", (event) => {
    const { currentTime } = audio;
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: currentTime - STEP_SECONDS,
      ArrowRight: currentTime + STEP_SECONDS,
      Home: 0,
      End: lengthOf(take),
    };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    wave.setTime(wanted);
    go(wanted);
  });
}

/** The picture may come after the audio: it is asked for again while there is a place for it. */
async function pointsOf(url: string, place: HTMLElement): Promise<readonly number[] | null> {
  for (const delayMs of TRY_AGAIN_MS) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok === true) return readPoints(response);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!place.isConnected) return null;
  }
  return null;
}

async function readPoints(response: Response): Promise<readonly number[] | null> {
  const waveform: unknown = await response.json();
  return isWaveform(waveform) ? waveform.data.map((sample) => sample / 128) : null;
}

function isWaveform(value: unknown): value is Waveform {
  return typeof value === "object" && value !== null && "data" in value && Array.isArray(value.data);
}

function colours(): { waveColor: string; progressColor: string; cursorColor: string } {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return { waveColor: colour("--wave"), progressColor: colour("--accent"), cursorColor: colour("--ink") };
}
