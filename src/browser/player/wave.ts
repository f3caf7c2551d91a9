/**
 * The picture of a take, which is also its slider: by pointer, touch and keyboard. The audio element beside it plays.
 */
import WaveSurfer from "wavesurfer.js";
import { clock, lengthOf, type Take } from "./takes.ts";

const HEIGHT_PX = 72;
const STEP_SECONDS = 5;

/** The form of the Worker's own waveforms: the lowest and the highest sample in turn, from -128 to 127. */
interface Waveform {
  readonly data: readonly number[];
}

const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

/** Where there is a waveform. */
export async function drawWave(take: Take): Promise<void> {
  const { waveform } = take.box.dataset;
  if (waveform === undefined) return;
  const container = document.createElement("div");
  container.className = "wave";
  take.box.querySelector(".transport")?.append(container);
  const points = await fetch(waveform)
    .then((response) => (response.ok ? readPoints(response) : null))
    .catch(() => null);
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
  asSlider(container, take);
}

function asSlider(container: HTMLElement, take: Take): void {
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
  audio.addEventListener("timeupdate", tell);
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
    audio.currentTime = Math.max(0, wanted);
    tell();
  });
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
