/** Tempo, against tracks whose tempo is known from how they are made. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { LEAST_CONFIDENCE, TEMPO_TOLERANCE, tempoAgreement } from "../../../../src/core/audio/sound/rhythm/tempo.ts";
import { rhythmMeter } from "../../../../src/core/audio/sound/rhythm/rhythm.ts";
import { clicks, drums, evenNotes, twoTempi, type Rhythm } from "../rhythms.ts";
import { joined, measure, measureSplit, MONO, noise, silence, sine, STEREO } from "../signals.ts";

const RATE_HZ = 44_100;
const LOW_RATE_HZ = 11_025;

const RHYTHMS: readonly Rhythm[] = [
  ...[60, 67, 76, 88, 97, 108, 120, 132, 144, 156, 168, 180].map((bpm) => ({
    sampleRateHz: 44_100,
    seconds: 14,
    bpm,
  })),
  ...[70, 126, 174].map((bpm) => ({ sampleRateHz: 48_000, seconds: 14, bpm })),
  ...[82, 101, 160].map((bpm) => ({ sampleRateHz: 32_000, seconds: 14, bpm })),
  ...[84, 140].map((bpm) => ({ sampleRateHz: 44_100, seconds: 14, bpm, offbeat: 2 / 3 })),
];

const MEASURED = RHYTHMS.map((rhythm) => ({
  bpm: rhythm.bpm,
  tempo: measure(rhythmMeter, { sampleRateHz: rhythm.sampleRateHz, channels: 1 }, [drums(rhythm)]),
}));

function octavesApart(one: number, other: number): number {
  const octaves = Math.abs(Math.log2(one / other));
  return octaves > 1.5 ? octaves : Math.abs(octaves - Math.round(octaves));
}

test("the tempo of a track agrees with the one it was made at", () => {
  for (const { bpm, tempo } of MEASURED) expect([bpm, tempoAgreement(bpm, tempo)]).toEqual([bpm, "agrees"]);
});

test("a measured tempo is good to 0.3 %, but for octaves", () => {
  for (const { bpm, tempo } of MEASURED) {
    expect(octavesApart(bpm, tempo.tempoBpm ?? 0)).toBeLessThan(Math.log2(1.003));
  }
});

test("no tempo but that of the track, its half and its double is ever accepted", () => {
  const requests = Array.from({ length: 29 }, (_, at) => 50 + 6 * at);
  const pairs = MEASURED.flatMap(({ bpm, tempo }) =>
    requests.flatMap((wrong) =>
      octavesApart(wrong, bpm) > Math.log2(1 + 2 * TEMPO_TOLERANCE) ? [tempoAgreement(wrong, tempo)] : [],
    ),
  );
  expect(pairs.length).toBeGreaterThan(300);
  expect(pairs).not.toContain("agrees");
});

test("nothing is told of a sound that is short, silent or steady", () => {
  const sounds = [
    silence(0),
    silence(13 * RATE_HZ),
    drums({ sampleRateHz: RATE_HZ, seconds: 5.5, bpm: 120 }),
    sine(RATE_HZ, 13, 440, 0.5),
  ];
  for (const sound of sounds) {
    expect(measure(rhythmMeter, MONO, [sound])).toMatchObject({ tempoBpm: null, tempoConfidence: null });
  }
});

test("a sound without a beat settles nothing", () => {
  const shape = { sampleRateHz: LOW_RATE_HZ, channels: 1 } as const;
  const sounds = [
    noise(20 * LOW_RATE_HZ, 0.5, 3),
    joined(silence(8 * LOW_RATE_HZ), noise(8 * LOW_RATE_HZ, 0.5, 4)),
    ...Array.from({ length: 7 }, (_, seed) => clicks(LOW_RATE_HZ, 14, seed)),
  ];
  for (const sound of sounds) {
    const tempo = measure(rhythmMeter, shape, [sound]);
    for (const requested of [60, 90, 120, tempo.tempoBpm ?? 0]) {
      expect(tempoAgreement(requested, tempo)).toBe("inconclusive");
    }
  }
});

test("notes that are beats of several tempi settle nothing", () => {
  const tempo = measure(rhythmMeter, MONO, [evenNotes(RATE_HZ, 13, 360)]);
  for (const requested of [60, 90, 120, 180]) expect(tempoAgreement(requested, tempo)).toBe("inconclusive");
});

test("of a track that changes its tempo, one of the two is told, or nothing", () => {
  const tempo = measure(rhythmMeter, MONO, [twoTempi(RATE_HZ, 28, 96, 132)]);
  const verdicts = [96, 132].map((bpm) => tempoAgreement(bpm, tempo));
  expect(verdicts.some((verdict) => verdict !== "disagrees")).toBe(true);
  for (const wrong of [72, 80, 108, 116, 120, 150]) expect(tempoAgreement(wrong, tempo)).not.toBe("agrees");
});

test("a band that gets faster and faster settles nothing: its beat hardly recurs", () => {
  for (const [from, to] of [
    [150, 175],
    [140, 180],
  ] as const) {
    const parts = Array.from({ length: 8 }, (_, at) =>
      drums({ sampleRateHz: RATE_HZ, seconds: 4, bpm: from + ((to - from) * at) / 7 }),
    );
    const tempo = measure(rhythmMeter, MONO, [joined(...parts)]);
    expect([from, tempoAgreement((from + to) / 2, tempo)]).toEqual([from, "inconclusive"]);
  }
});

test("silence around a track, and a window that is not a number, leave its tempo alone", () => {
  const track = drums({ sampleRateHz: RATE_HZ, seconds: 20, bpm: 112 });
  const broken = track.slice();
  broken.fill(Number.NaN, 2 * RATE_HZ, 2.1 * RATE_HZ);
  for (const sound of [joined(silence(13 * RATE_HZ), track, silence(13 * RATE_HZ)), broken]) {
    expect(tempoAgreement(112, measure(rhythmMeter, MONO, [sound]))).toBe("agrees");
  }
});

test("the result is the same however the sound is split", () => {
  const left = drums({ sampleRateHz: RATE_HZ, seconds: 13, bpm: 118 });
  const right = noise(left.length, 0.05, 9);
  const whole = measure(rhythmMeter, STEREO, [left, right]);
  expect(tempoAgreement(118, whole)).toBe("agrees");
  const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lengths, (lengths) => {
      expect(measureSplit(rhythmMeter, STEREO, [left, right], lengths)).toEqual(whole);
    }),
    { numRuns: 3, examples: [[[1]], [[0, 4608]]] },
  );
});

test("half and double agree within the tolerance, and other tempi do not", () => {
  const measured = { tempoBpm: 120, tempoConfidence: 1 };
  for (const requested of [60, 120, 240, 117, 123, 58.5, 244]) {
    expect(tempoAgreement(requested, measured)).toBe("agrees");
  }
  for (const requested of [30, 40, 80, 90, 114, 126, 160, 180, 480]) {
    expect(tempoAgreement(requested, measured)).toBe("disagrees");
  }
});

test("a tempo that is near, but farther off than it can be measured, settles nothing", () => {
  for (const [requested, tempoBpm] of [
    [120, 124.5],
    [120, 57.8],
    [80, 77.2],
    [170, 174.5],
    [60, 124],
  ] as const)
    expect(tempoAgreement(requested, { tempoBpm, tempoConfidence: 1 })).toBe("inconclusive");
});

test("seven beats a minute off is another tempo, however fast it is, also where it was measured at half of it", () => {
  for (const tempoBpm of [90, 140, 178, 200])
    for (const off of [-7, 7])
      for (const octave of [1, 2])
        expect(tempoAgreement(tempoBpm + off, { tempoBpm: tempoBpm / octave, tempoConfidence: 1 })).toBe("disagrees");
});

test("a measure of little confidence, or none, is inconclusive", () => {
  const little = { tempoBpm: 120, tempoConfidence: LEAST_CONFIDENCE - 0.01 };
  expect(tempoAgreement(120, little)).toBe("inconclusive");
  expect(tempoAgreement(90, little)).toBe("inconclusive");
  expect(tempoAgreement(120, { tempoBpm: null, tempoConfidence: null })).toBe("inconclusive");
  expect(tempoAgreement(120, { tempoBpm: 120, tempoConfidence: LEAST_CONFIDENCE })).toBe("agrees");
});
