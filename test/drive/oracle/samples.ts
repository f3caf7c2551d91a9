/**
 * The files that the oracle run judges: ffmpeg's arguments that make each from a song, and what is to be said of it.
 *
 * Each is there for something that reads differently: a header that is missing, a rate, a channel mode, a flaw.
 */

export interface Sample {
  readonly name: string;
  readonly extension: "mp3" | "wav";
  /** Which of the songs it is made from. */
  readonly song: number;
  /** ffmpeg's filters, before the encoder. */
  readonly filter: string;
  readonly encoder: readonly string[];
  /** How many bytes of the encoder's file are kept; all of them where this is null. */
  readonly cut: ((bytes: number) => number) | null;
  /** How the reason begins with which the copy refuses it, or null where it is kept. */
  readonly refused: string | null;
}

/** Without an ID3 tag, so that a cut can be placed on a frame's border. */
const BARE = ["-write_xing", "0", "-id3v2_version", "0"];
const NO_HEADER = ["-write_xing", "0"];
/** 128 kbit/s at 48 kHz: every frame has so many bytes. */
const FRAME_BYTES = 384;

const USUAL = { song: 0, filter: "anull", cut: null, refused: null };

export const SAMPLES: readonly Sample[] = [
  mp3("CBR 128 joint", ["-b:a", "128k"]),
  mp3("CBR 192 left/right", ["-b:a", "192k", "-joint_stereo", "0"], { song: 1 }),
  mp3("CBR 320 48 kHz", ["-b:a", "320k", "-ar", "48000"], { song: 2 }),
  mp3("CBR 96 32 kHz", ["-b:a", "96k", "-ar", "32000"]),
  mp3("CBR 64 mono", ["-b:a", "64k", "-ac", "1"], { song: 1 }),
  mp3("CBR 64 22.05 kHz", ["-b:a", "64k", "-ar", "22050"], { song: 2 }),
  mp3("CBR 128, no header", ["-b:a", "128k", ...NO_HEADER]),
  mp3("CBR 80 mono 48 kHz, no header", ["-b:a", "80k", "-ac", "1", "-ar", "48000", ...NO_HEADER], { song: 1 }),
  mp3("VBR 0", ["-q:a", "0"], { song: 2 }),
  mp3("VBR 4 48 kHz", ["-q:a", "4", "-ar", "48000"]),
  mp3("VBR 9 mono 32 kHz", ["-q:a", "9", "-ac", "1", "-ar", "32000"], { song: 1 }),
  mp3("VBR 2, no header", ["-q:a", "2", ...NO_HEADER], { song: 2 }),
  mp3("ABR 160", ["-b:a", "160k", "-abr", "1"]),
  mp3("ABR 96 mono 48 kHz", ["-b:a", "96k", "-abr", "1", "-ac", "1", "-ar", "48000"], { song: 1 }),
  mp3("ABR 128 32 kHz, no header", ["-b:a", "128k", "-abr", "1", "-ar", "32000", ...NO_HEADER], { song: 2 }),
  mp3("clipped", ["-b:a", "192k"], { filter: "volume=18dB,aformat=sample_fmts=s16" }),
  mp3("hot", ["-b:a", "128k"], { filter: "volume=9dB,alimiter=limit=0.99", song: 1 }),
  mp3("quiet", ["-b:a", "192k"], { filter: "volume=-25dB", song: 2 }),
  mp3("silent", ["-b:a", "128k"], { filter: "volume=0" }),
  mp3("silent at both ends", ["-b:a", "192k"], { filter: "adelay=2500:all=1,apad=pad_dur=6" }),
  mp3("gap of 4 s", ["-b:a", "192k"], { filter: "volume=0:enable='between(t,5,9)'", song: 1 }),
  mp3("loud and soft", ["-b:a", "192k"], { filter: "volume='if(lt(mod(t,8),4),1,0.2)':eval=frame", song: 2 }),
  mp3("right channel inverted", ["-b:a", "192k"], { filter: "pan=stereo|c0=c0|c1=-1*c0" }),
  mp3("offset of 0.04", ["-b:a", "320k"], { filter: "volume=-3dB,dcshift=0.04" }),
  mp3("cut, with header", ["-b:a", "192k"], { cut: (bytes) => Math.floor(bytes * 0.6), refused: "truncated:" }),
  mp3("cut within a frame, no header", ["-b:a", "128k", "-ar", "48000", ...BARE], {
    cut: () => 300 * FRAME_BYTES + 100,
    refused: "truncated:",
  }),
  // Nothing in these bytes says that more should follow.
  mp3("cut on a border, no header", ["-b:a", "128k", "-ar", "48000", ...BARE], { cut: () => 300 * FRAME_BYTES }),
  wav("16 bit", ["-c:a", "pcm_s16le"]),
  wav("16 bit mono 32 kHz", ["-c:a", "pcm_s16le", "-ac", "1", "-ar", "32000"], { song: 1 }),
  wav("24 bit 48 kHz", ["-c:a", "pcm_s24le", "-ar", "48000"], { song: 2 }),
  wav("24 bit 96 kHz", ["-c:a", "pcm_s24le", "-ar", "96000"], { song: 1 }),
  wav("32 bit", ["-c:a", "pcm_s32le"], { song: 2 }),
  wav("8 bit", ["-c:a", "pcm_u8"]),
  wav("float, over full scale", ["-c:a", "pcm_f32le"], { filter: "volume=6dB" }),
  wav("16 bit, clipped", ["-c:a", "pcm_s16le"], { filter: "volume=6dB", song: 1 }),
  wav("16 bit, silent", ["-c:a", "pcm_s16le"], { filter: "volume=0" }),
  wav("24 bit, offset of 0.04", ["-c:a", "pcm_s24le"], { filter: "volume=-3dB,dcshift=0.04", song: 1 }),
  wav("16 bit, cut", ["-c:a", "pcm_s16le"], { cut: (bytes) => Math.floor(bytes * 0.6), refused: "truncated:" }),
];

type Rest = Partial<Pick<Sample, "song" | "filter" | "cut" | "refused">>;

function mp3(name: string, encoder: readonly string[], rest: Rest = {}): Sample {
  return { ...USUAL, name: `MP3 ${name}`, extension: "mp3", encoder: ["-c:a", "libmp3lame", ...encoder], ...rest };
}

function wav(name: string, encoder: readonly string[], rest: Rest = {}): Sample {
  return { ...USUAL, name: `WAV ${name}`, extension: "wav", encoder, ...rest };
}
