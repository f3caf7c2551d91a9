/** What was measured of a file, in words with units. What was not measured is left out. Pure. */
import type { AudioFacts } from "../../../core/audio/facts.ts";
import { camelot } from "../../../core/audio/sound/tonal/key-names.ts";
import { clockWords, counted } from "../frame/words.ts";

export function factsOf(facts: AudioFacts): readonly (readonly [name: string, value: string])[] {
  const { format, codec, channels, stereoCorrelation, dualMono, decoderErrors, resyncs } = facts;
  const named = format === null ? null : [format.toUpperCase(), codec === format ? null : codec];
  const faults = (resyncs ?? 0) + (decoderErrors ?? 0);
  const rows: readonly (readonly [string, string | null])[] = [
    ["Format", named === null ? null : named.filter((one) => one !== null).join(", ")],
    ["Length", ifKnown(facts.durationSeconds, clockWords)],
    ["Bit rate", ifKnown(facts.bitrateKbps, (kbps) => `${kbps.toFixed(0)} kbit/s`)],
    ["Sample rate", ifKnown(facts.sampleRateHz, (hz) => `${(hz / 1_000).toFixed(1)} kHz`)],
    ["Channels", dualMono === true ? "2, with the same in both" : ifKnown(channels, String)],
    ["Loudness", ifKnown(facts.integratedLufs, (lufs) => `${fixed(lufs)} LUFS`)],
    ["Loudness range", ifKnown(facts.loudnessRangeLu, (lu) => `${fixed(lu)} LU`)],
    ["True peak", ifKnown(facts.truePeakDbtp, (peak) => `${fixed(peak)} dBTP`)],
    ["Clipping", ifKnown(facts.clippedRunsPerMinute, (runs) => `${runs.toFixed(0)} runs a minute`)],
    ["Tempo", ifKnown(facts.tempoBpm, (bpm) => `${bpm.toFixed(0)} bpm${confidence(facts.tempoConfidence)}`)],
    ["Key", facts.key === null ? null : `${facts.key} (${camelot(facts.key) ?? ""})${confidence(facts.keyConfidence)}`],
    ["Silent share", ifKnown(facts.silentShare, percent)],
    ["Longest gap", ifKnown(facts.longestGapSeconds, (seconds) => `${fixed(seconds)} s`)],
    ["Bandwidth", ifKnown(facts.bandwidthHz, (hz) => `${(hz / 1_000).toFixed(1)} kHz`)],
    ["Stereo correlation", ifKnown(stereoCorrelation, (value) => value.toFixed(2))],
    ["Faults in the stream", decoderErrors === null && resyncs === null ? null : counted(faults, "fault")],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

function ifKnown(value: number | null, words: (value: number) => string): string | null {
  return value === null ? null : words(value);
}

/** With a minus sign rather than a hyphen. */
function fixed(value: number): string {
  return value.toFixed(1).replace("-", "−");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function confidence(share: number | null): string {
  return share === null ? "" : `, ${percent(share)} sure`;
}
