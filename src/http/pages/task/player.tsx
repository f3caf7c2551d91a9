/** What plays a track: a plain audio element, and what the script needs to make one player of all. Pure. */
import type { TaskView } from "../../../core/view/view.ts";
import type { Viewer } from "../frame/viewer.ts";
import { byteWords, titleWords } from "../frame/words.ts";

export type TrackView = TaskView["tracks"][number];

export interface TrackProps {
  readonly track: TrackView;
  /** Counted from 1. */
  readonly number: number;
  readonly viewer: Viewer;
}

/** The stored file, else the provider's stream. The script draws the waveform into it and leaves it alone otherwise. */
export function Player({ track, number, viewer }: TrackProps) {
  const { audio, title, trackId, assessment } = track;
  const source = audio.url === null ? safeLink(track.streamUrl) : viewer.link(audio.url);
  if (source === null) return null;
  const seconds = assessment?.audio?.durationSeconds ?? track.durationSeconds;
  // Who was listened to has a waveform.
  const waveform =
    audio.url === null || (assessment?.audio?.decoderErrors ?? null) === null ? null : `${base(audio.url)}waveform`;
  const facts = assessment?.audio ?? null;
  return (
    <div
      class="player"
      id={`player-${trackId}`}
      data-player={`${source} ${waveform}`}
      data-waveform={waveform === null ? undefined : viewer.link(waveform)}
      data-name={`${titleWords(title)} (take ${number})`}
      data-key={audio.url === null ? "" : String(number)}
      data-seconds={seconds === null ? undefined : String(seconds)}
      data-lufs={facts?.integratedLufs ?? undefined}
      data-peak={facts?.truePeakDbtp ?? undefined}
      data-cover={track.cover.url === null ? undefined : viewer.link(track.cover.url)}
    >
      <audio controls preload="none" src={source} aria-label={`${titleWords(title)}, take ${number}`}></audio>
      <p class="links">
        {audio.url === null ? (
          <a href={source} rel="noreferrer">
            Listen at the provider meanwhile
          </a>
        ) : viewer.mayDownload ? (
          <a href={viewer.link(`${audio.url}?download`)}>
            Download{audio.bytes === null ? "" : `, ${byteWords(audio.bytes)}`}
          </a>
        ) : null}
      </p>
    </div>
  );
}

function base(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Of the provider's links, only https ones are linked. */
function safeLink(link: string | null): string | null {
  return link !== null && URL.parse(link)?.protocol === "https:" ? link : null;
}
