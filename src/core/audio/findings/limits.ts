/**
 * Every threshold of the assessment, with its reason. Pure data.
 *
 * "Real tracks" are 70 released songs: 5 / 50 / 95 % of them measure -20.8 / -15.7 / -11.7 LUFS, -5.8 / 0 / +1.7 dBTP and
 * a correlation of 0.26 / 0.73 / 1.
 */
interface Limit {
  readonly value: number;
  readonly reason: string;
}

export const LIMITS = {
  shortestShare: {
    value: 0.95,
    reason: "A twentieth missing is a cut ending, not rounding by whoever claims a length.",
  },
  durationSeconds: { value: 1, reason: "Claims are rounded to a second at worst; frames and padding are shorter." },
  silentShare: { value: 0.5, reason: "No song is silent for half of its time." },
  faintestLufs: { value: -40, reason: "Twenty LU below the quietest real tracks: nothing was mixed here." },
  quietestLufs: { value: -24, reason: "Quieter than 95 % of real tracks by 3 LU; it drops out in any playlist." },
  loudestLufs: { value: -7, reason: "Louder than 95 % of real tracks by 4 LU; every service turns it down." },
  highestPeakDbtp: {
    value: 1,
    reason: "Lossy coding adds up to 1 dB to a good master; more is clipped when it is played.",
  },
  corruptPeakDbtp: { value: 6, reason: "No encoder overshoots twice full scale: the data are corrupt." },
  clippedRunsPerMinute: {
    value: 200,
    reason: "Loud masters clip now and then; from some three times a second it is heard.",
  },
  leadingSilenceSeconds: { value: 2, reason: "Listeners take a longer pause before the first note for a fault." },
  trailingSilenceSeconds: { value: 5, reason: "A reverb tail under -60 dBFS is over by then; what follows is empty." },
  gapSeconds: { value: 3, reason: "Longer than any general pause in real tracks: something dropped out." },
  lowestCorrelation: {
    value: 0,
    reason: "Below zero the channels work against each other; real tracks stay above 0.26.",
  },
  monoLossDb: { value: 6, reason: "Half of the amplitude vanishes on a phone or a club's mono system." },
  dcOffset: { value: 0.02, reason: "A fiftieth of full scale costs headroom and clicks at every cut." },
  bandwidthHz: {
    value: 15_000,
    reason: "At 128 kbit/s an MP3 still reaches 16 kHz: less was upsampled or over-compressed.",
  },
  fullBandSampleRateHz: {
    value: 44_100,
    reason: "Below this rate a narrow band is no fault: the file cannot hold more.",
  },
  balanceDb: { value: 6, reason: "One side twice as strong as the other is heard as a broken channel." },
  junkBytes: {
    value: 4_096,
    reason: "Padding and unknown tags stay below a few kB; more is damage or another file inside.",
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
