/**
 * What was measured of an audio file. **Persisted and shown**: fields are added, never renamed.
 *
 * Null means not measured, never 0. Units are in the names.
 */
import * as z from "zod";
import { fitFacts } from "./fit/fit.ts";

const measure = z.number().nullable();
const count = z.int().nonnegative().nullable();
/** Added after the first release: rows of before do not have it. */
const laterMeasure = measure.default(null);
const laterCount = count.default(null);

export const audioFacts = z.object({
  /** By the bytes: `mp3`, `wav`, … */
  format: z.string().nullable(),
  codec: z.string().nullable(),
  durationSeconds: measure,
  sampleRateHz: measure,
  channels: count,
  bitrateKbps: measure,
  /** ITU-R BS.1770-4; null for silence. */
  integratedLufs: measure,
  /** EBU Tech 3342. */
  loudnessRangeLu: measure,
  truePeakDbtp: measure,
  /** Runs of three and more samples at full scale. */
  clippedRunsPerMinute: measure,
  leadingSilenceSeconds: measure,
  trailingSilenceSeconds: measure,
  longestGapSeconds: measure,
  /** 0 to 1. */
  silentShare: measure,
  /** -1 to 1; null for mono. */
  stereoCorrelation: measure,
  bandwidthHz: measure,
  tempoBpm: measure,
  /** 0 to 1. */
  tempoConfidence: measure,
  /** What is lost when both channels are summed; positive. */
  monoLossDb: measure,
  /** Left over right: positive where the left channel is louder. */
  balanceDb: measure,
  /** Of full scale, the worse channel. */
  dcOffset: measure,
  /** Two channels with the same in both. */
  dualMono: z.boolean().nullable(),
  /** Bytes that belong to no frame and no tag. */
  junkBytes: count,
  /** How often the run of frames broke off and began again. */
  resyncs: count,
  /** Whole frames of sound in an MPEG file. */
  frames: laterCount,
  /** As many as the file's header says there are. */
  declaredFrames: laterCount,
  /** Bytes that the last frame, or another last part, lacks. */
  missingBytes: laterCount,
  /** Bytes after the last frame that are no audio. */
  trailingBytes: laterCount,
  decoderErrors: count,
  /** Of the samples, 0 to 1: what is piled up at one level as a clipper does, also where it was turned down since. */
  flatTopShare: laterMeasure,
  /** The longest gap with sound on both sides that begins and ends within a few milliseconds; 0 where there is none. */
  hardGapSeconds: laterMeasure,
  /** Such gaps of at most a quarter of a second. */
  dropoutsPerMinute: laterMeasure,
  clicksPerMinute: laterMeasure,
  /** What hisses under the music; null where nothing does. */
  noiseFloorDbfs: laterMeasure,
  /** The tone of the mains that runs through it; null where none does. */
  humDbfs: laterMeasure,
  /** How much the balance differs over time and frequency, between its quartiles; null for mono. */
  balanceSpreadDb: laterMeasure,
  /** For how much of the time one side is dead while the other plays, 0 to 1; null for mono. */
  deadChannelShare: laterMeasure,
  /** The level of the last 50 ms over that of the whole. */
  endLevelDb: laterMeasure,
  /** How much all of it resembles itself some seconds later, 0 to 1, and after how long. */
  repetition: laterMeasure,
  repetitionSeconds: laterMeasure,
  /** As `A minor`, with sharps; null where none is clear. */
  key: z.string().nullable().default(null),
  /** 0 to 1. */
  keyConfidence: laterMeasure,
  /** Against the source, where it was submitted through us and listened to. */
  fit: fitFacts.nullable().default(null),
});

export type AudioFacts = z.infer<typeof audioFacts>;
