/**
 * Waveforms over the audio elements that the server wrote. The element plays, and is what a keyboard reaches; the
 * picture shows where it is and takes it elsewhere by a click.
 */
import WaveSurfer from "wavesurfer.js";

const HEIGHT_PX = 72;

/** The form of the Worker's own waveforms: the lowest and the highest sample in turn, from -128 to 127. */
interface Waveform {
  readonly data: readonly number[];
}

const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

export function offerPlayers(root: ParentNode): void {
  for (const player of root.querySelectorAll<HTMLElement>(".player[data-waveform]")) {
    const audio = player.querySelector("audio");
    if (audio === null || player.querySelector(".wave") !== null) continue;
    const container = document.createElement("div");
    container.className = "wave";
    container.ariaHidden = "true";
    player.prepend(container);
    void draw(player, container, audio);
  }
}

async function draw(player: HTMLElement, container: HTMLElement, media: HTMLAudioElement): Promise<void> {
  const { waveform = "", seconds = "0" } = player.dataset;
  const points = await fetch(waveform)
    .then((response) => (response.ok ? readPoints(response) : null))
    .catch(() => null);
  if (points === null) return container.remove();
  const duration = Number(seconds);
  const wave = WaveSurfer.create({
    container,
    media,
    peaks: [points.filter((_, n) => n % 2 === 1), points.filter((_, n) => n % 2 === 0)],
    duration,
    height: HEIGHT_PX,
    normalize: true,
    cursorWidth: 2,
    cspNonce: nonce,
    ...colours(),
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wave.setOptions(colours()));
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
