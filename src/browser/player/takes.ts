/** What can be played on a page: the media elements that the server wrote, with what it says of each. */
import type { Measured } from "./level.ts";

export interface Take extends Measured {
  readonly box: HTMLElement;
  readonly audio: HTMLMediaElement;
  readonly name: string;
  /** For `1` and `2`; the source is 0. */
  readonly key: string;
  /** One of the stems of a song, which are heard together. */
  readonly isStem: boolean;
  /** Has the controls of the browser: beside the takes, and no take itself. */
  readonly isBare: boolean;
  readonly seconds: number;
}

/** In the order of the page. */
export function takesOf(root: ParentNode): readonly Take[] {
  return [...root.querySelectorAll<HTMLElement>("[data-player], audio, video")].flatMap((box) => {
    const isBare = box instanceof HTMLMediaElement;
    const audio = isBare ? box : box.querySelector("audio");
    if (audio === null || (isBare && box.closest("[data-player]") !== null)) return [];
    const { name = box.ariaLabel ?? "", key = "", stem, seconds, lufs, peak } = box.dataset;
    const loudness = { lufs: measured(lufs), truePeakDbtp: measured(peak) };
    const about = { name, key, isStem: stem !== undefined, isBare, seconds: Number(seconds ?? 0) };
    return [{ box, audio, ...about, ...loudness }];
  });
}

/** What is not loaded yet is loaded now, or nothing would show where it stands. */
export function seekTo(audio: HTMLMediaElement, seconds: number): void {
  audio.currentTime = Math.max(0, seconds);
  if (audio.readyState === HTMLMediaElement.HAVE_NOTHING) audio.preload = "auto";
}

/** What failed to load is loaded again, at its place. */
export async function play(audio: HTMLMediaElement): Promise<void> {
  if (audio.error !== null) {
    const { currentTime } = audio;
    audio.load();
    if (currentTime > 0) seekTo(audio, currentTime);
  }
  await audio.play();
}

/** What the file itself says, once it is loaded. */
export function lengthOf({ audio, seconds }: Take): number {
  return Number.isFinite(audio.duration) ? audio.duration : seconds;
}

/** "3:05". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function measured(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
