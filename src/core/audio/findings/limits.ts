/**
 * Every threshold of the assessment, with its reason. Pure data.
 *
 * A `warn` or `fail` is something that one hears and would send back; what is only worth a number is `info`. The limits
 * are set from released music (`test/drive/oracle/README.md` says how many tracks each of them stops).
 */
export interface Limit {
  readonly value: number;
  readonly reason: string;
  /** Of `RECORDINGS` released ones, how many are beyond it; none where a recording alone does not tell. */
  readonly beyond?: number;
}

/** Those of the long set that no limit was set from. */
export const RECORDINGS = 95;

export const LIMITS = {
  shortestShare: {
    value: 0.95,
    reason: "A twentieth missing is a cut ending, not rounding by whoever claims a length.",
  },
  durationSeconds: { value: 1, reason: "Claims are rounded to a second at worst; frames and padding are shorter." },
  halfLengthShare: {
    value: 0.6,
    reason: "An accompaniment is as long as what it accompanies; a little over half of it is a part.",
  },
  silentShare: { value: 0.5, beyond: 0, reason: "No song is silent for half of its time." },
  faintestLufs: {
    value: -40,
    beyond: 0,
    reason: "Under the quietest released tracks by 9 LU: nothing was mixed here.",
  },
  quietestLufs: {
    value: -33,
    beyond: 0,
    reason: "Under the quietest released tracks by 2 LU: it drops out in any playlist.",
  },
  quietLufs: {
    value: -24,
    beyond: 5,
    reason: "Quieter than nine of ten released tracks; it can be turned up without loss.",
  },
  loudestLufs: { value: -5, beyond: 0, reason: "No released track is as loud; it is reached by distortion alone." },
  loudLufs: { value: -9, beyond: 6, reason: "Louder than nine of ten released tracks; every service turns it down." },
  highestPeakDbtp: {
    value: 1,
    beyond: 16,
    reason: "Lossy coding adds so much to a good master, and players turn down or limit softly what is over.",
  },
  corruptPeakDbtp: { value: 6, beyond: 0, reason: "No encoder overshoots twice full scale: the data are corrupt." },
  flatTopShare: {
    value: 0.005,
    beyond: 0,
    reason: "One sample of 200 cut flat is heard as a rasp; released tracks, limited ones too, pile up nothing.",
  },
  clippedRunsPerMinute: {
    value: 200,
    beyond: 4,
    reason: "Loud masters reach full scale now and then; by itself that is not heard.",
  },
  leadingSilenceSeconds: { value: 2, beyond: 1, reason: "Most tracks begin at once; a longer pause is worth a trim." },
  longLeadingSeconds: {
    value: 3,
    beyond: 0,
    reason: "Listeners take a longer pause before the first note for a fault.",
  },
  trailingSilenceSeconds: { value: 5, beyond: 3, reason: "A tail whose peaks are under -60 dBFS is over by then." },
  longTrailingSeconds: { value: 8, beyond: 2, reason: "Nobody fades for so long below hearing: the end is empty." },
  gapSeconds: { value: 3, beyond: 1, reason: "Longer than a general pause, but some pieces have such rests." },
  longGapSeconds: { value: 8, beyond: 0, reason: "Longer than any rest in released tracks: something dropped out." },
  hardGapSeconds: {
    value: 0.5,
    beyond: 0,
    reason: "Notes ring on and halls answer: what stops and begins within 20 ms is a hole, unless it is played short.",
  },
  dropoutsPerMinute: { value: 2, beyond: 0, reason: "A gate may cut a note once or twice; more often it is the file." },
  clicksPerMinute: {
    value: 4,
    beyond: 1,
    reason: "A percussive sound may pass for a click now and then; what sounds like one so often is one.",
  },
  deadChannelShare: { value: 0.2, beyond: 0, reason: "No arrangement leaves one side empty for a fifth of the time." },
  repetition: {
    value: 0.97,
    beyond: 0,
    reason: "A loop with anything played over it stays under this; the same bytes do not.",
  },
  endLevelDb: {
    value: -15,
    beyond: 33,
    reason: "A last note has rung down by so much; a loop of a game has not, and needs not.",
  },
  noiseFloorDbfs: {
    value: -58,
    beyond: 2,
    reason: "The noise of 8 bits is louder; that of old samples in released tracks is not.",
  },
  humDbfs: { value: -60, beyond: 1, reason: "A fainter tone so low is under what an ear hears, also in silence." },
  lowestCorrelation: {
    value: 0,
    beyond: 1,
    reason: "Below zero the channels work against each other; wide mixes come near it.",
  },
  inverseCorrelation: {
    value: -0.3,
    beyond: 0,
    reason: "So far below zero only an inverted side comes: the middle is hollow.",
  },
  monoLossDb: { value: 6, beyond: 0, reason: "Half of the amplitude vanishes on a phone or a club's mono system." },
  dcOffset: { value: 0.02, beyond: 9, reason: "A fiftieth of full scale costs headroom, which no ear hears." },
  largeDcOffset: {
    value: 0.08,
    beyond: 0,
    reason: "So much thumps at the start, at the end, and at every cut; no released track of 142 has it.",
  },
  bandwidthHz: {
    value: 15_000,
    beyond: 0,
    reason: "At 128 kbit/s an MP3 still reaches 16 kHz; but soft instruments reach no higher by themselves.",
  },
  dullBandwidthHz: {
    value: 9_750,
    beyond: 0,
    reason: "Less than what 22 kHz sampling holds: voices and cymbals are muffled.",
  },
  fullBandSampleRateHz: {
    value: 44_100,
    reason: "Below this rate a narrow band is no fault: the file cannot hold more.",
  },
  balanceDb: { value: 6, beyond: 4, reason: "One side twice as strong as the other is heard as a broken channel." },
  balanceSpreadDb: {
    value: 9,
    beyond: 9,
    reason: "So far apart only instruments lie that are panned; a side that is turned down leaves all as it was mixed.",
  },
  junkBytes: {
    value: 4_096,
    beyond: 0,
    reason: "Padding and unknown tags stay below a few kB; more is damage or another file inside.",
  },
  headerShare: {
    value: 0.02,
    reason: "Encoders count a frame or two wrong; more shows that frames were lost or added.",
  },
  fitSimilarity: {
    value: 0.12,
    reason: "Of 399 mixes with their source 6 to 12 dB under the rest, none was under it; of 532 wrong pairs, 95 %.",
  },
  styleScore: { value: 0.5, reason: "Expanded styles drop a word or two; less than half is another style." },
  sourceSeconds: { value: 480, reason: "Sibling pages of the provider give 8 minutes as the longest upload." },
  shortSourceSeconds: {
    value: 10,
    reason: "Some four bars: hardly enough to follow in tempo and key. No minimum is documented.",
  },
  sourceKbps: {
    value: 96,
    reason: "Below this rate an MP3 loses its treble and smears; the model builds on what it hears.",
  },
} as const satisfies Record<string, Limit>;
