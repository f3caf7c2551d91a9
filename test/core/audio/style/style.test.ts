/** What was requested, looked for in what the provider returned. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { requestedBpm } from "../../../../src/core/audio/style/requested-bpm.ts";
import { matchStyle, styleMatch, type StyleMatch } from "../../../../src/core/audio/style/match.ts";
import { STYLE_CLASSES, STYLE_TERMS } from "../../../../src/core/audio/style/words.ts";

function match(tags: string | null, returned: string | null, negativeTags: string | null = null): StyleMatch {
  const found = matchStyle({ tags, negativeTags }, returned);
  if (found === null) throw new Error("nothing to compare");
  return styleMatch.parse(found);
}

const PROSE =
  "A warm, laid-back lo-fi hip-hop beat built on dusty drum loops, mellow Rhodes chords and a round bassline. " +
  "Soft female vocals drift in at a slow tempo, in F# minor; the mix feels like a 1990s tape, without any guitars.";

/** Requested, returned, matched, missing. */
const CONTAINED: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["hip hop", "HIP-HOP", ["hip hop"], []],
  ["hip-hop", "rap", ["hip hop"], []],
  ["Rap", "modern hiphop", ["hip hop"], []],
  ["dnb", "liquid drum and bass", ["drum and bass"], []],
  ["drum & bass", "DnB", ["drum and bass"], []],
  ["drum'n'bass", "d&b roller", ["drum and bass"], []],
  ["drum and bass", "with drums and bass", [], ["drum and bass"]],
  ["drums, bass", "with drums and bass", ["bass", "drums"], []],
  ["edm", "electronic dance music", ["edm"], []],
  ["electronic", "deep techno", ["electronic"], []],
  ["techno", "electronic", [], ["techno"]],
  ["r&b", "smooth RnB", ["r and b"], []],
  ["rhythm and blues", "R'n'B", ["r and b"], []],
  ["lofi", "lo-fi", ["lo-fi"], []],
  ["lo fi", "a lofi beat", ["lo-fi"], []],
  ["synthesizer", "lush synths", ["synth"], []],
  ["synths", "an analogue synthesiser", ["synth"], []],
  ["rock'n'roll", "rock and roll", ["rock and roll"], []],
  ["guitar", "fingerpicked acoustic guitars", ["guitar"], []],
  ["acoustic guitar", "electric guitar", [], ["acoustic guitar"]],
  ["pianos", "grand piano", ["piano"], []],
  ["keys", "in the key of C", [], ["keyboard"]],
  ["blues", "blue lights", [], ["blues"]],
  ["soft", "soft rock", [], ["soft"]],
  ["vocals", "a gospel choir", ["vocals"], []],
  ["80s", "1980s", ["80s"], []],
  ["eighties", "80's glow", ["80s"], []],
  ["f sharp minor", "in F#m, that is F♯ minor", ["f sharp minor"], []],
  ["Bb major", "B♭ Major", ["b flat major"], []],
  ["A minor", "in a minor detail", [], ["a minor"]],
  ["minor", "in a minor key", ["minor key"], []],
  ["minor key", "a major lift and minor changes", [], ["minor key"]],
  ["instrumental", "no vocals", ["instrumental"], []],
  ["no vocals", "purely instrumental", ["instrumental"], []],
  ["non-vocal", "without any singing", ["instrumental"], []],
  ["mid-tempo", "midtempo groove", ["mid-tempo"], []],
  ["zither", "a dusty zither", ["zither"], []],
  ["zither", "dithering", [], ["zither"]],
  ["wall of sound", "sound like a wall", ["wall of sound"], []],
  ["foggy glockenspiels", "a glockenspiel in the foggy dawn", ["foggy", "glockenspiel"], []],
  ["piano, piano, Pianos", "strings", [], ["piano"]],
  ["jazz_piano", "jazz/piano", ["jazz", "piano"], []],
  ["#lofi #chill", "chill lofi", ["chill", "lo-fi"], []],
  ["ＪＡＺＺ", "jazz", ["jazz"], []],
  ["música café", "musica cafe", ["musica cafe"], []],
  ["발라드", "따뜻한 발라드", ["발라드"], []],
  ["техно-бит", "ТЕХНО бит", ["техно бит"], []],
  ["jazz", `${"x".repeat(2_000)} jazz`, [], ["jazz"]],
  ["piano", "strings instead of piano", [], ["piano"]],
  ["fast", "not too fast", [], ["fast"]],
  ["drums", "not only drums", ["drums"], []],
  ["drums", "drumless", [], ["drums"]],
  ["bass", "no drums but a bass", ["bass"], []],
  ["bass", "no drums, a deep bass", ["bass"], []],
  ["bass", "without drums, bass, or vocals", [], ["bass"]],
  ["bass", "no drums - deep bass", ["bass"], []],
  [
    "rap, piano, slow, female vocals, 90s, trumpet",
    PROSE,
    ["90s", "female vocals", "hip hop", "slow"],
    ["piano", "trumpet"],
  ],
];

test("what was requested is found whatever its spelling, and what is denied is not", () => {
  for (const [tags, returned, matched, missing] of CONTAINED)
    expect([tags, returned, match(tags, returned)]).toMatchObject([tags, returned, { matched, missing }]);
});

/** Requested, negative tags, returned, contradicting. */
const CONTRADICTIONS: readonly (readonly [string, string | null, string, readonly string[]])[] = [
  ["instrumental", null, "soft female vocals", ["instrumental against female vocals"]],
  ["instrumental", null, "instrumental with a choir", ["instrumental against choir"]],
  ["instrumental", null, "instrumental, no vocals", []],
  ["instrumental", null, "instrumental, vocal-free", []],
  ["instrumental", null, "a choir pad", []],
  ["no vocals", null, "sung by a tenor", ["instrumental against sung"]],
  ["male vocals", null, "an instrumental", ["male vocals against instrumental"]],
  ["vocals", null, "without vocals", ["vocals against no vocals"]],
  ["vocals", null, "vocals, then an instrumental break", []],
  ["slow", null, "fast-paced", ["slow against fast paced"]],
  ["uptempo", null, "a slow burner", ["fast against slow"]],
  ["slow", null, "a slow intro, then fast", []],
  ["slow, fast", null, "fast", []],
  ["C major", null, "in D minor", ["c major against d minor"]],
  ["minor key", null, "a major scale", ["minor key against major scale"]],
  ["jazz", "drums", "a tight drum kit", ["no drums against drum kit"]],
  ["jazz", "drums", "no drums", []],
  ["jazz", "drums", "without drums or bass", []],
  ["jazz", "drums", "drum-free", []],
  ["jazz", "no drums", "tight drums", ["no drums against drums"]],
  ["jazz", "electronic", "techno", ["no electronic against techno"]],
  ["jazz", "heavy drums", "heavy guitars, soft drums", []],
  ["jazz", "heavy drums", "heavy, pounding; heavy loud drums", ["no heavy drums against heavy drums"]],
  ["jazz", "heavy drums", "heavy guitars over a soft bed of slow drums", []],
  ["jazz", "drums vocals", "vocals", ["no vocals against vocals"]],
  ["jazz", "guitar solo", "a soft guitar", []],
  ["jazz", "metal and screaming", "growling", ["no screamed vocals against growling"]],
  ["jazz", "zithers", "one zither", ["no zithers against zither"]],
  ["jazz, no drums", null, "drums", ["no drums against drums"]],
  ["jazz without drums but with bass", null, "bass", []],
];

test("a contradiction names what was requested and what was returned", () => {
  for (const [tags, negativeTags, returned, contradicting] of CONTRADICTIONS)
    expect([tags, negativeTags, returned, match(tags, returned, negativeTags).contradicting]).toEqual([
      tags,
      negativeTags,
      returned,
      contradicting,
    ]);
});

test("extra are the recognised words that nobody requested", () => {
  expect(match("rap, lo-fi", PROSE).extra).toEqual(
    [
      "90s",
      "bass",
      "chill",
      "drum machine",
      "electric piano",
      "f sharp minor",
      "female vocals",
      "lo-fi hip hop",
    ].concat(["slow", "soft", "warm"]),
  );
  expect(match("techno", "electronic").extra).toEqual([]);
});

test("the claimed share is that of what was requested, to three digits", () => {
  expect(match("piano, violin, jazz", "piano").claimedShare).toBe(0.333);
  expect(match("piano, violin, jazz", "jazz piano").claimedShare).toBe(0.667);
  expect(match("", "jazz", "drums").claimedShare).toBe(1);
});

test("there is nothing to say where nothing was requested or returned", () => {
  for (const nothing of [null, "", "  ", "…, !", "120 bpm"])
    expect(matchStyle({ tags: nothing, negativeTags: null }, "jazz")).toBe(null);
  for (const nothing of [null, "", " . "])
    expect(matchStyle({ tags: "jazz", negativeTags: "drums" }, nothing)).toBe(null);
});

test("every spelling of the vocabulary stands for its own term", () => {
  for (const { name, spellings } of STYLE_TERMS)
    for (const marked of spellings) {
      const spelling = marked.replace(/^[!~]/, "");
      expect([spelling, match(spelling, spelling.toUpperCase()).matched]).toEqual([spelling, [name]]);
    }
  const names = new Set(STYLE_TERMS.map((term) => term.name));
  expect(STYLE_TERMS.flatMap((term) => term.implies).filter((name) => !names.has(name))).toEqual([]);
  expect(new Set(STYLE_TERMS.map((term) => term.styleClass))).toEqual(new Set(STYLE_CLASSES));
});

const tag = fc.oneof(
  fc.constantFrom(...STYLE_TERMS.map((term) => term.name)),
  fc.constantFrom("no drums", "not fast", "without vocals", "zorp", "odd zorps", "120 bpm", "wall of sound"),
);
const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc
    .array(fc.oneof(tag, fc.constantFrom("no", "or", "but", ",", ".", "-", "free", "&", "'n'")), { maxLength: 30 })
    .map((words) => words.join(" ")),
);

test("the order of tags does not matter", () => {
  const shuffled = fc
    .array(tag, { maxLength: 20 })
    .chain((tags) => fc.tuple(fc.constant(tags), fc.shuffledSubarray(tags, { minLength: tags.length })));
  fc.assert(
    fc.property(shuffled, anyText, ([tags, others], returned) => {
      const [one, other] = [tags, others].map((list) =>
        matchStyle({ tags: list.join(", "), negativeTags: null }, returned),
      );
      expect(one).toEqual(other);
    }),
  );
});

test("a request for just what was returned is met", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const found = matchStyle({ tags: text, negativeTags: null }, text);
      expect([found?.claimedShare ?? 1, found?.missing ?? []]).toEqual([1, []]);
    }),
  );
});

test("the claimed share fits the lists, and no term is both matched and missing", () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (tags, negativeTags, returned) => {
      const found = matchStyle({ tags, negativeTags }, returned);
      if (found === null) return;
      const { claimedShare, matched, missing } = styleMatch.parse(found);
      const all = [...matched, ...missing];
      expect(new Set(all).size).toBe(all.length);
      expect(claimedShare).toBeCloseTo(all.length === 0 ? 1 : matched.length / all.length, 2);
      // What was requested does not hang on what came back.
      const other = matchStyle({ tags, negativeTags }, "anything else");
      expect([...(other?.matched ?? []), ...(other?.missing ?? [])].toSorted()).toEqual(all.toSorted());
    }),
  );
});

test("a hostile text costs little and counts no more than 64 terms", () => {
  const texts = [
    "a".repeat(100_000),
    "no ".repeat(33_000),
    "no drums, ".repeat(10_000),
    "heavy ".repeat(20_000),
    "\u{FDFA}".repeat(100_000),
    "-'n'".repeat(25_000),
    "\u{D83D}".repeat(100_000),
    "120 bpm ".repeat(12_000),
    Array.from({ length: 20_000 }, (_, n) => `t${n}`).join(","),
  ];
  const start = performance.now();
  for (const text of texts) {
    const found = matchStyle({ tags: text, negativeTags: text }, text);
    expect([...(found?.matched ?? []), ...(found?.missing ?? [])].length).toBeLessThanOrEqual(64);
    requestedBpm(text);
  }
  match("jazz", "y ".repeat(50_000), "z ".repeat(50_000));
  expect(performance.now() - start).toBeLessThan(2_000);
});

test("a requested tempo is read, and what is no single tempo is not", () => {
  const tempi: readonly (readonly [string | null, number | null])[] = [
    ["jazz, 120 bpm", 120],
    ["BPM: 98", 98],
    ["tempo 98", 98],
    ["tempo of about 98", 98],
    ["around 140bpm", 140],
    ["98.5 BPM", 98.5],
    ["１２０ ＢＰＭ", 120],
    ["♩ = 72", 72],
    ["120 beats per minute", 120],
    ["120 bpm, that is 120 BPM", 120],
    ["30 bpm", 30],
    ["300 bpm", 300],
    ["29 bpm", null],
    ["301 bpm", null],
    ["0120 bpm", null],
    ["90-100 bpm", null],
    ["90 – 100 bpm", null],
    ["90 to 100 bpm", null],
    ["90 bpm to 100 bpm", null],
    ["tempo 90-100", null],
    ["over 120 bpm", null],
    ["120 bpm, then 140 bpm", null],
    ["mid-tempo 80s rock", null],
    ["808 bass, 1999", null],
    ["", null],
    [null, null],
  ];
  for (const [text, bpm] of tempi) expect([text, requestedBpm(text)]).toEqual([text, bpm]);
});
