/** What can be played on a page: the audio elements that the server wrote, with what it says of each. */
import type { Measured } from "./level.ts";

export interface Take extends Measured {
  readonly box: HTMLElement;
  readonly audio: HTMLAudioElement;
  readonly name: string;
  /** For `1` and `2`; the source is 0. */
  readonly key: string;
  /** One of the stems of a song, which are heard together. */
  readonly isStem: boolean;
  readonly seconds: number;
}

/** In the order of the page. */
export function takesOf(root: ParentNode): readonly Take[] {
  return [...root.querySelectorAll<HTMLElement>("[data-player]")].flatMap((box) => {
    const audio = box.querySelector("audio");
    if (audio === null) return [];
    const { name = "", key = "", stem, seconds, lufs, peak } = box.dataset;
    const loudness = { lufs: measured(lufs), truePeakDbtp: measured(peak) };
    return [{ box, audio, name, key, isStem: stem !== undefined, seconds: Number(seconds ?? 0), ...loudness }];
  });
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
