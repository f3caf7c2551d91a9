/**
 * A small band: drums, bass, a pad and a tune, played from a seed at a tempo and in a key from the same seed.
 *
 * Each sound is rendered when it is first heard and laid down wherever it is played, which keeps half a minute of music at
 * some 0.2 s of CPU. The drums fall on the beat, so that the tempo can be measured; the pad is detuned
 * between left and right, and the hats sit to one side, so that the channels differ. The tune never comes back, and it
 * ends with a fade, as a song does that one would keep.
 *
 * Pure: the same seed and length give the same samples.
 */
import { type Random, randomFrom, whole } from "../hostile/random.ts";

export const SAMPLE_RATE = 44_100;

/** The players of the band. */
export const PARTS = ["drums", "percussion", "bass", "keyboard", "vocal"] as const;
export type Part = (typeof PARTS)[number];

/** A note that was played: a MIDI pitch, and seconds from the start. */
export type Note = { readonly part: Part; readonly pitch: number; readonly start: number; readonly end: number };

export type Recording = {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly bpm: number;
  readonly key: string;
  readonly notes: readonly Note[];
};

type Sound = { readonly length: number; readonly samples: () => Float32Array };

const BEATS_PER_BAR = 4;
/** Semitones over the key, one chord a bar: those of a minor cadence, with the leading note that names the key. */
const CHORDS = [
  [0, 3, 7],
  [-4, 0, 3],
  [5, 8, 12],
  [-5, -1, 2],
] as const;
const KEYS = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"] as const;
const FADE_SECONDS = 2;
/** Who plays in each eighth of a song: it opens without drums, and takes a breath past the middle. */
const OPENING: readonly Part[] = ["percussion", "keyboard", "vocal"];
const BREATH: readonly Part[] = ["bass", "keyboard", "vocal"];
const FORM: readonly (readonly Part[])[] = [OPENING, PARTS, PARTS, PARTS, PARTS, BREATH, PARTS, PARTS];
/** A shorter one has no form. */
const SHORTEST_FORM_SECONDS = 20;
/** One period of a soft sawtooth. */
const WAVE = Float32Array.from({ length: 2048 }, (_, index) =>
  [1, 2, 3, 4, 5, 6].reduce((sum, n) => sum + Math.sin((2 * Math.PI * n * index) / 2048) / n ** 1.3, 0),
);

/**
 * `seconds` of music; peaks stay under -3 dBFS, loudness is -15 to -18 LUFS. With some of the band alone it is what they
 * play in the whole, at the same time: stems.
 */
export function play(seed: number, seconds: number, heard: readonly Part[] = PARTS): Recording {
  const random = randomFrom("song", seed);
  const bpm = whole(random, 80, 150);
  const tonic = whole(random, 0, 11);
  const key = 45 + tonic;
  const beat = (60 / bpm) * SAMPLE_RATE;
  const left = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  const right = new Float32Array(left.length);
  const notes: Note[] = [];

  const kick = tone(0.28, (t) => Math.sin(2 * Math.PI * (48 * t + 4.5 * (1 - Math.exp(-t * 28)))) * Math.exp(-t * 11));
  const snare = tone(0.22, (t) => (noise(random) * 0.8 + Math.sin(2 * Math.PI * 190 * t) * 0.5) * Math.exp(-t * 20));
  const hats = [hat(random), hat(random)] as const;
  const bars = CHORDS.map((chord) => ({
    chord,
    bass: lazyNote(key - 12 + chord[0], beat * 0.9, 1, 9),
    // A note of the chord, over the pad.
    tune: chord.map((step) => lazyNote(key + 24 + step, beat * 0.9, 1, 4)),
    pad: [1.002, 0.998].map((detune) =>
      chord.map((step) => lazyNote(key + 12 + step, beat * BEATS_PER_BAR, detune, 0.6)),
    ),
  }));

  const syncopated = random() < 0.5;
  const formed = seconds >= SHORTEST_FORM_SECONDS;
  const barCount = Math.ceil(left.length / (beat * BEATS_PER_BAR));
  for (let half = 0; half * (beat / 2) < left.length; half += 1) {
    const at = Math.round(half * (beat / 2));
    const step = half % (BEATS_PER_BAR * 2);
    const barAt = Math.floor(half / (BEATS_PER_BAR * 2));
    const bar = bars[barAt % bars.length];
    const players = formed ? (FORM[Math.floor((barAt / barCount) * FORM.length)] ?? PARTS) : PARTS;
    const put = (part: Part, onto: Float32Array, sound: Sound, gain: number): void => {
      if (heard.includes(part) && players.includes(part)) lay(onto, sound.samples(), at, gain);
    };
    const both = (part: Part, sound: Sound, gain: number, pitch: number): void => {
      put(part, left, sound, gain);
      put(part, right, sound, gain);
      const start = at / SAMPLE_RATE;
      if (!players.includes(part)) return;
      notes.push({ part, pitch, start, end: Math.min(seconds, start + sound.length / SAMPLE_RATE) });
    };
    if (step % 4 === 0 || (syncopated && step === 5)) both("drums", kick, 0.85, 36);
    if (step % 4 === 2) both("drums", snare, 0.45, 38);
    put("percussion", left, hats[0], step % 2 === 0 ? 0.22 : 0.1);
    put("percussion", right, hats[1], step % 2 === 0 ? 0.13 : 0.06);
    if (bar === undefined) continue;
    if (step % 2 === 0) both("bass", bar.bass, 0.28, key - 12 + bar.chord[0]);
    // Drawn for every half beat, so that whether one is played changes nothing later.
    const [plays, which] = [random(), random()];
    const place = Math.floor(which * bar.tune.length);
    const voice = bar.tune[place];
    if (voice !== undefined && plays < (step % 2 === 0 ? 0.6 : 0.3))
      both("vocal", voice, 0.16, key + 24 + (bar.chord[place] ?? 0));
    if (step === 0) {
      for (const voice of bar.pad[0] ?? []) put("keyboard", left, voice, 0.07);
      for (const voice of bar.pad[1] ?? []) put("keyboard", right, voice, 0.07);
    }
  }
  for (const channel of [left, right]) {
    for (let i = 0; i < channel.length; i += 1) {
      const faded = Math.min(1, (channel.length - i) / (FADE_SECONDS * SAMPLE_RATE));
      channel[i] = 0.75 * faded ** 2 * Math.tanh(channel[i] ?? 0);
    }
  }
  return { left, right, bpm, key: `${KEYS[tonic] ?? "A"} minor`, notes };
}

function lay(onto: Float32Array, sound: Float32Array, at: number, gain: number): void {
  const end = Math.min(sound.length, onto.length - at);
  for (let i = 0; i < end; i += 1) onto[at + i] = (onto[at + i] ?? 0) + gain * (sound[i] ?? 0);
}

function tone(seconds: number, sample: (t: number) => number): Sound {
  const samples = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  for (let i = 0; i < samples.length; i += 1) samples[i] = sample(i / SAMPLE_RATE);
  return { length: samples.length, samples: () => samples };
}

/** A MIDI note on the soft sawtooth, fading at `decay` per second, with ends soft enough not to click. */
function note(midi: number, length: number, detune: number, decay: number): Float32Array {
  const step = (440 * 2 ** ((midi - 69) / 12) * detune * WAVE.length) / SAMPLE_RATE;
  const ramp = 0.008 * SAMPLE_RATE;
  const samples = new Float32Array(length);
  for (let i = 0; i < length; i += 1) {
    const edge = Math.min(1, i / ramp, (length - i) / ramp);
    samples[i] = edge * Math.exp((-decay * i) / SAMPLE_RATE) * (WAVE[Math.floor(i * step) % WAVE.length] ?? 0);
  }
  return samples;
}

function lazyNote(midi: number, samples: number, detune: number, decay: number): Sound {
  const length = Math.round(samples);
  let made: Float32Array | null = null;
  return { length, samples: () => (made ??= note(midi, length, detune, decay)) };
}

function hat(random: Random): Sound {
  let last = 0;
  return tone(0.06, (t) => {
    const fresh = noise(random);
    const bright = fresh - last;
    last = fresh;
    return bright * Math.exp(-t * 70);
  });
}

function noise(random: Random): number {
  return random() * 2 - 1;
}
