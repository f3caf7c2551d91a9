/**
 * The words for styles of music: what they are called here, what else they are called, and what they imply. Pure data.
 *
 * One line a term: `name = other spellings < what it also is`. Case, plural, hyphens and blanks are left to the reader
 * of texts, and so is a spelling of two words written as one. A term of several words is one thing: "soft rock" is not
 * soft, "bass guitar" is no guitar; what such a term does imply stands behind `<`. Curated by hand from common tags.
 *
 * A spelling marked `!` counts to the letter: "keys" are an instrument, a "key" is none, and "drums and bass" are two.
 * One marked `~` counts only where no other word leans on it: "in A minor", but not "a minor detail".
 */
import { GENRES, MOODS } from "./genres.ts";

export const STYLE_CLASSES = ["genre", "mood", "instrument", "vocal", "tempo", "key", "era"] as const;
export type StyleClass = (typeof STYLE_CLASSES)[number];

export interface StyleTerm {
  readonly name: string;
  readonly styleClass: StyleClass;
  /** The name among them; some marked. */
  readonly spellings: readonly string[];
  /** Names of broader terms. */
  readonly implies: readonly string[];
}

const INSTRUMENTS = `
guitar
acoustic guitar < guitar, acoustic
electric guitar < guitar
nylon guitar = classical guitar, spanish guitar, nylon string guitar < guitar
distorted guitar = overdriven guitar, fuzz guitar < guitar, distorted
slide guitar = pedal steel, lap steel < guitar
guitar solo
guitar riff < guitar
bass = bassline, bass line, bass guitar, electric bass
808 = 808 bass, 808 sub < bass
sub bass < bass
synth bass = bass synth < bass, synth
upright bass = double bass, acoustic bass < bass
drums = drum kit, drum set, drumming, drumbeat, drum beat
drum machine = drum loop, programmed drums, 808 drums, 909 < drums
brushed drums = !brushes, brush drums < drums
snare = snare drum < drums
kick drum = !kick, four on the floor < drums
hi-hat < drums
cymbal < drums
percussion = percussive
bongo < percussion
conga < percussion
tabla < percussion
taiko < percussion
handclap = clap, hand clap < percussion
shaker < percussion
tambourine < percussion
piano = grand piano
upright piano = felt piano < piano
electric piano = rhodes, e piano, wurlitzer
keyboard = !keys
organ = hammond, pipe organ
harpsichord
accordion
harmonica
synth = synthesizer, synthesiser, analog synth, analogue synth
synth pad = pad, synth string < synth
choir pad = synth choir, vocal pad < synth
arpeggio = arp, arpeggiated, arpeggiator
strings = string section, string ensemble, orchestral strings
violin = fiddle < strings
viola < strings
cello < strings
pizzicato = pizzicato strings < strings
harp
brass = horn, horn section, brass section
trumpet < brass
trombone < brass
tuba < brass
french horn < brass
saxophone = sax < woodwind
flute < woodwind
clarinet < woodwind
oboe < woodwind
woodwind = wind instrument
bagpipe
bell = tubular bell
glockenspiel
xylophone
marimba
vibraphone
kalimba = thumb piano
music box
steel drum = steelpan, steel pan
handpan = hang drum
banjo
mandolin
ukulele = uke
sitar
koto
erhu
turntable = scratching, vinyl scratch
vinyl crackle = vinyl noise
beatbox
whistle = whistling`;

/** Where a mere part of a song is instrumental, the song is not. */
const VOCALS = `
instrumental = purely instrumental, fully instrumental, instrumental only
instrumental part = instrumental break, instrumental section, instrumental bridge, instrumental interlude, instrumental solo, instrumental intro, instrumental outro, instrumental backing, instrumental arrangement
vocals = vocal, voice, vocalist, singing, singer, sung, sings, lyrics
female vocals = female voice, female singer, female vocalist, female lead, woman's voice, woman singing, female singing, girl vocals < vocals
male vocals = male voice, male singer, male vocalist, male lead, man's voice, man singing, male singing < vocals
rap vocals = rapper, rapping, rapped, rap verse < vocals, hip hop
choir = choral, chorale < vocals
children's choir = kids choir, child choir < vocals, choir
backing vocals = background vocals, backup vocals < vocals
vocal harmonies = harmony vocals, vocal harmony, harmonized vocals < vocals
duet < vocals
falsetto < vocals
whispered vocals = whisper, whispering, whispered < vocals
screamed vocals = screaming, scream vocals, growl, growling < vocals
spoken word = spoken, narration < vocals
a cappella = acapella, a capella < vocals
scat = scat singing < vocals
humming < vocals
vocal chop = chopped vocals, vocal sample < vocals
autotune = auto tuned, auto tuned vocals < vocals
vocoder < vocals`;

const TEMPI = `
slow = slow tempo, slow paced, downtempo, down tempo, slowly, adagio, largo, lento
mid-tempo = midtempo, medium tempo, moderate tempo, moderate, moderato, andante
fast = fast tempo, fast paced, uptempo, up tempo, high tempo, rapid, allegro, presto
half time
double time`;

const KEYS = `
major key = ~major, in major, major scale, major mode, major tonality, major chord, major harmony, major keyed
minor key = ~minor, in minor, minor scale, minor mode, minor tonality, minor chord, minor harmony, minor keyed`;

const ERAS = `
20s = 1920s, twenties
30s = 1930s, thirties
40s = 1940s, forties
50s = 1950s, fifties
60s = 1960s, sixties
70s = 1970s, seventies
80s = 1980s, eighties
90s = 1990s, nineties
2000s = 00s, y2k
2010s
retro = vintage, old school, old timey, throwback
modern = contemporary
futuristic`;

/** Every spelling of every note, by its first one. */
const NOTES = ["c", "c sharp=d flat,db", "d", "e flat=d sharp,eb", "e", "f", "f sharp=g flat,gb", "g"].concat([
  "a flat=g sharp,ab",
  "a",
  "b flat=a sharp,bb",
  "b",
]);

export const STYLE_TERMS: readonly StyleTerm[] = [
  ...termsIn(GENRES, "genre"),
  ...termsIn(MOODS, "mood"),
  ...termsIn(INSTRUMENTS, "instrument"),
  ...termsIn(VOCALS, "vocal"),
  ...termsIn(TEMPI, "tempo"),
  ...termsIn(KEYS, "key"),
  ...termsIn(ERAS, "era"),
  ...NOTES.flatMap((note) => [keyTerm(note, "major", "maj"), keyTerm(note, "minor", "min")]),
];

function termsIn(table: string, styleClass: StyleClass): readonly StyleTerm[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [names = "", implied] = line.split(" < ");
      const [name = "", others] = names.split(" = ");
      return { name, styleClass, spellings: spelled(name, listed(others)), implies: listed(implied) };
    });
}

/** A name that is marked among its own spellings counts as marked. */
function spelled(name: string, others: readonly string[]): readonly string[] {
  return others.includes(`!${name}`) ? others : [name, ...others];
}

function keyTerm(note: string, mode: string, short: string): StyleTerm {
  const [first = "", others] = note.split("=");
  const marked = first === "a" ? "~a" : first;
  const spellings = [marked, ...(others?.split(",") ?? [])].flatMap((name) => [`${name} ${mode}`, `${name} ${short}`]);
  return { name: `${first} ${mode}`, styleClass: "key", spellings, implies: [`${mode} key`] };
}

function listed(names: string | undefined): readonly string[] {
  return names?.split(", ") ?? [];
}
