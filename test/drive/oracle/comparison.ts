/** How far two sets of measures of one file lie apart, and how far they may. Pure. */
import type { Measures } from "./ffmpeg.ts";

/**
 * The most that a difference may be; what has no limit is shown only. Loudness, peak and duration are the project's own aim.
 * An offset is kept with three decimals. Silence is told by blocks of 512
 * samples here and by single samples there, and an encoder blurs its borders by a frame.
 */
export const LIMITS = {
  loudnessLu: 0.1,
  rangeLu: Number.POSITIVE_INFINITY,
  truePeakDb: 0.3,
  durationFrames: 1,
  dcOffset: 0.001,
  silenceSeconds: 0.1,
} as const satisfies Readonly<Record<string, number>>;

export type Aspect = keyof typeof LIMITS;
export type Differences = Readonly<Record<Aspect, number>>;

/** Infinite where one side measures what the other has not. A WAV's frame is one sample. */
export function differences(ours: Measures, theirs: Measures, isMp3: boolean): Differences {
  const rate = theirs.sampleRateHz ?? Number.NaN;
  const frameSamples = isMp3 ? (rate < 32_000 ? 576 : 1_152) : 1;
  const apart = (measure: keyof Measures): number => distance(ours[measure], theirs[measure]);
  return {
    loudnessLu: apart("integratedLufs"),
    // Of silence ffmpeg says 0 here, as of a steady sound.
    rangeLu: theirs.integratedLufs === null ? 0 : apart("loudnessRangeLu"),
    truePeakDb: apart("truePeakDbtp"),
    durationFrames: Math.round(apart("durationSeconds") * rate) / frameSamples,
    dcOffset: apart("dcOffset"),
    silenceSeconds: Math.max(
      apart("leadingSilenceSeconds"),
      apart("trailingSilenceSeconds"),
      apart("longestGapSeconds"),
      apart("silentSeconds"),
    ),
  };
}

/** The aspects that are beyond their limits. A difference that is no number is beyond. */
export function beyond(found: Differences): readonly Aspect[] {
  return aspects().filter((aspect) => !(found[aspect] <= LIMITS[aspect]));
}

export function aspects(): readonly Aspect[] {
  return ["loudnessLu", "rangeLu", "truePeakDb", "durationFrames", "dcOffset", "silenceSeconds"];
}

function distance(a: number | null, b: number | null): number {
  if (a === null && b === null) return 0;
  return a === null || b === null ? Number.POSITIVE_INFINITY : Math.abs(a - b);
}
