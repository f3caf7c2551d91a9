/** The lock screen and the keys of a headset. */
import { seekTo, type Take } from "./takes.ts";

interface Controls {
  readonly play: () => void;
  readonly step: (by: 1 | -1) => void;
  readonly seek: (bySeconds: number) => void;
}

let told: Take | null = null;

/** Told on each change of what plays; the position goes along. */
export function tellSystem(take: Take, length: number, { play, step, seek }: Controls): void {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  const { audio, box, name } = take;
  if (told?.audio !== audio) {
    told = take;
    const cover = box.dataset["cover"];
    session.metadata = new MediaMetadata({
      title: name,
      artist: "Backline",
      artwork: cover === undefined ? [] : [{ src: cover }],
    });
    session.setActionHandler("play", play);
    session.setActionHandler("pause", play);
    session.setActionHandler("previoustrack", () => step(-1));
    session.setActionHandler("nexttrack", () => step(1));
    session.setActionHandler("seekbackward", ({ seekOffset }) => seek(-(seekOffset ?? 5)));
    session.setActionHandler("seekforward", ({ seekOffset }) => seek(seekOffset ?? 5));
    session.setActionHandler("seekto", ({ seekTime }) => {
      if (seekTime !== undefined) seekTo(audio, seekTime);
    });
  }
  session.playbackState = audio.paused ? "paused" : "playing";
  if (length > 0) session.setPositionState({ duration: length, position: Math.min(audio.currentTime, length) });
}
