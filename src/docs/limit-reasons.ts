/** Why each threshold of the assessment is what it is. Pure data: only the page of findings reads it. */
import type { LIMITS } from "../core/audio/findings/limits.ts";

interface LimitReason {
  readonly reason: string;
  /** Of `RECORDINGS` released ones, how many are beyond it; none where a recording alone does not tell. */
  readonly beyond?: number;
}

/** Those of the long set that no limit was set from. */
export const RECORDINGS = 95;

export const LIMIT_REASONS: Readonly<Record<keyof typeof LIMITS, LimitReason>> = {
  shortestShare: { reason: "A twentieth missing is a cut ending, not rounding by whoever claims a length." },
  durationSeconds: { reason: "Claims are rounded to a second at worst; frames and padding are shorter." },
  halfLengthShare: {
    reason: "An accompaniment is as long as what it accompanies; a little over half of it is a part.",
  },
  silentShare: { beyond: 0, reason: "No song is silent for half of its time." },
  faintestLufs: { beyond: 0, reason: "Under the quietest released tracks by 9 LU: nothing was mixed here." },
  quietestLufs: { beyond: 0, reason: "Quieter than all but one of 471 released tracks: it drops out in any playlist." },
  quietLufs: { beyond: 5, reason: "Quieter than nine of ten released tracks; it can be turned up without loss." },
  loudestLufs: { beyond: 0, reason: "No released track is as loud; it is reached by distortion alone." },
  loudLufs: { beyond: 6, reason: "Louder than nine of ten released tracks; every service turns it down." },
  highestPeakDbtp: {
    beyond: 16,
    reason: "Lossy coding adds so much to a good master, and players turn down or limit softly what is over.",
  },
  corruptPeakDbtp: { beyond: 0, reason: "No encoder overshoots twice full scale: the data are corrupt." },
  flatTopShare: {
    beyond: 0,
    reason: "One sample of 200 cut flat is heard as a rasp; released tracks, limited ones too, pile up nothing.",
  },
  clippedRunsPerMinute: {
    beyond: 4,
    reason: "Loud masters reach full scale now and then; by itself that is not heard.",
  },
  leadingSilenceSeconds: { beyond: 1, reason: "Most tracks begin at once; a longer pause is worth a trim." },
  longLeadingSeconds: { beyond: 0, reason: "Listeners take a longer pause before the first note for a fault." },
  trailingSilenceSeconds: { beyond: 3, reason: "A tail whose peaks are under -60 dBFS is over by then." },
  longTrailingSeconds: { beyond: 2, reason: "Nobody fades for so long below hearing: the end is empty." },
  longTrailingShare: {
    beyond: 0,
    reason: "Behind a long piece one trims such an end; where a tenth is empty, something is missing.",
  },
  gapSeconds: { beyond: 1, reason: "Longer than a general pause, but some pieces have such rests." },
  longGapSeconds: { beyond: 0, reason: "Longer than any rest in released tracks: something dropped out." },
  hardGapSeconds: {
    beyond: 0,
    reason: "Notes ring on and halls answer: what stops and begins within 20 ms is a hole, unless it is played short.",
  },
  dropoutsPerMinute: { beyond: 0, reason: "A gate may cut a note once or twice; more often it is the file." },
  gatedPerMinute: {
    beyond: 0,
    reason: "Cut so often it is how it is played: of 471 released tracks the three above two are.",
  },
  clicksPerMinute: {
    beyond: 1,
    reason: "A percussive sound may pass for a click now and then; what sounds like one so often is one.",
  },
  deadChannelShare: { beyond: 0, reason: "No arrangement leaves one side empty for a fifth of the time." },
  repetition: { beyond: 0, reason: "A loop with anything played over it stays under this; the same bytes do not." },
  endLevelDb: { beyond: 33, reason: "A last note has rung down by so much; a loop of a game has not, and needs not." },
  noiseFloorDbfs: {
    beyond: 2,
    reason: "The noise of 8 bits is louder; that of old samples in released tracks is not.",
  },
  humDbfs: { beyond: 1, reason: "A fainter tone so low is under what an ear hears, also in silence." },
  lowestCorrelation: { beyond: 1, reason: "Below zero the channels work against each other; wide mixes come near it." },
  inverseCorrelation: { beyond: 0, reason: "So far below zero only an inverted side comes: the middle is hollow." },
  monoLossDb: { beyond: 0, reason: "Half of the amplitude vanishes on a phone or a club's mono system." },
  dcOffset: { beyond: 9, reason: "A fiftieth of full scale costs headroom, which no ear hears." },
  largeDcOffset: {
    beyond: 0,
    reason:
      "It takes a fifth of the headroom, and thumps at the start, at the end and at every cut; less is seen, not heard.",
  },
  bandwidthHz: {
    beyond: 0,
    reason: "At 128 kbit/s an MP3 still reaches 16 kHz; but soft instruments reach no higher by themselves.",
  },
  dullBandwidthHz: { beyond: 0, reason: "Less than what 22 kHz sampling holds: voices and cymbals are muffled." },
  fullBandSampleRateHz: { reason: "Below this rate a narrow band is no fault: the file cannot hold more." },
  balanceDb: { beyond: 4, reason: "One side twice as strong as the other is heard as a broken channel." },
  balanceSpreadDb: {
    beyond: 9,
    reason: "So far apart only instruments lie that are panned; a side that is turned down leaves all as it was mixed.",
  },
  junkBytes: {
    beyond: 0,
    reason: "Padding and unknown tags stay below a few kB; more is damage or another file inside.",
  },
  headerShare: { reason: "Encoders count a frame or two wrong; more shows that frames were lost or added." },
  fitSimilarity: {
    reason: "Of 399 mixes with their source 6 to 12 dB under the rest, none was under it; of 532 wrong pairs, 95 %.",
  },
  styleScore: { reason: "Expanded styles drop a word or two; less than half is another style." },
  sourceSeconds: { reason: "Sibling pages of the provider give 8 minutes as the longest upload." },
  shortSourceSeconds: { reason: "Some four bars: hardly enough to follow in tempo and key. No minimum is documented." },
  sourceKbps: { reason: "Below this rate an MP3 loses its treble and smears; the model builds on what it hears." },
};
