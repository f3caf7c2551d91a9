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
    ["Length", told(facts.durationSeconds, clockWords)],
    ["Bit rate", told(facts.bitrateKbps, (kbps) => `${kbps.toFixed(0)} kbit/s`)],
    ["Sample rate", told(facts.sampleRateHz, (hz) => `${(hz / 1_000).toFixed(1)} kHz`)],
    ["Channels", dualMono === true ? "2, with the same in both" : told(channels, String)],
    ["Loudness", told(facts.integratedLufs, (lufs) => `${fixed(lufs)} LUFS`)],
    ["Loudness range", told(facts.loudnessRangeLu, (lu) => `${fixed(lu)} LU`)],
    ["True peak", told(facts.truePeakDbtp, (peak) => `${fixed(peak)} dBTP`)],
    ["Clipping", told(facts.clippedRunsPerMinute, (runs) => `${runs.toFixed(0)} runs a minute`)],
    ["Tempo", told(facts.tempoBpm, (bpm) => `${bpm.toFixed(0)} bpm${confidence(facts.tempoConfidence)}`)],
    ["Key", facts.key === null ? null : `${facts.key} (${camelot(facts.key) ?? ""})${confidence(facts.keyConfidence)}`],
    ["Silent share", told(facts.silentShare, percent)],
    ["Longest gap", told(facts.longestGapSeconds, (seconds) => `${fixed(seconds)} s`)],
    ["Bandwidth", told(facts.bandwidthHz, (hz) => `${(hz / 1_000).toFixed(1)} kHz`)],
    ["Stereo correlation", told(stereoCorrelation, (value) => value.toFixed(2))],
    ["Faults in the stream", decoderErrors === null && resyncs === null ? null : counted(faults, "fault")],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

function told(value: number | null, words: (value: number) => string): string | null {
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
