/**
 * The bodies of the provider's pages, recordings and clients for each of its products, by grade: `D` documented, `R`
 * recorded, `C` assumed by client code. Links are made up.
 */
import type { NamedProduct } from "../../../../src/core/provider/products/products.ts";
import { TASK_ID } from "../../builders.ts";

export interface Fixture {
  readonly grade: "D" | "R" | "C";
  readonly body: object;
  /** Of what is complete: the names of its files. */
  readonly files: readonly string[];
  /** Of a failure that does not say of which product it is: the task knows. */
  readonly isNameless?: true;
}

interface Fixtures {
  readonly callbacks: readonly Fixture[];
  readonly failures: readonly Fixture[];
  readonly records: readonly Fixture[];
}

const CDN = "https://cdn.example.com";
const NOTES = [{ name: "Drums", notes: [{ pitch: 36, start: "0.45", end: "0.55", velocity: 1 }] }];
export const RECOVERED = { id: "a", audio_url: `${CDN}/a.m4a`, status: "success", error: null };
export const UNRECOVERED = { id: "b", audio_url: null, status: "failed", error: "clip_error" };

export function ok(data: object): object {
  return { code: 200, msg: "success", data: { task_id: TASK_ID, ...data } };
}

export function no(code: number, data: object): object {
  return { code, msg: "no", data: { task_id: TASK_ID, ...data } };
}

function recordOf(data: object): object {
  return { code: 200, msg: "success", data: { taskId: TASK_ID, errorCode: 0, errorMessage: "", ...data } };
}

function record(response: object | null, rest: object = { successFlag: "SUCCESS" }): object {
  return recordOf({ musicId: "m", response, ...rest });
}

function market(operation: string, result: object): object {
  const data = { taskId: TASK_ID, model: `ai-music-api/${operation}`, state: "success" };
  return { code: 200, msg: "ok", data: { ...data, resultJson: JSON.stringify(result) } };
}

function fixture(grade: Fixture["grade"], body: object, ...files: readonly string[]): Fixture {
  return { grade, body, files };
}

function nameless(grade: Fixture["grade"], body: object): Fixture {
  return { ...fixture(grade, body), isNameless: true };
}

function marketFailure(operation: string): object {
  return ok({ model: `ai-music-api/${operation}`, state: "fail", failCode: "400", failMsg: "no", resultJson: "" });
}

const TRACK = { id: "a", audio_url: `${CDN}/a.mp3`, title: "Night", duration: 60 };
const SONG_RECORD = { sunoData: [{ id: "a", audioUrl: `${CDN}/a.mp3`, title: "Night" }] };

const TAKE_2 = { ...TRACK, id: "b", audio_url: `${CDN}/b.mp3`, stream_audio_url: "", image_url: `${CDN}/b.jpeg` };
/** Two takes of one upload, of very different lengths. */
const COVERED = recordOf({
  parentMusicId: "",
  operationType: "upload_cover",
  type: "chirp-v4",
  param: JSON.stringify({ uploadUrl: `${CDN}/u.mp3`, callBackUrl: "https://b.example.com/callback/x", tags: "soul" }),
  status: "SUCCESS",
  createTime: 1_765_000_000_000,
  response: {
    taskId: TASK_ID,
    sunoData: [47.76, 217.4].map((duration, take) => ({
      id: `take-${take}`,
      audioUrl: `${CDN}/${take}.mp3`,
      sourceAudioUrl: `https://cdn1.suno.ai/${take}.mp3`,
      streamAudioUrl: `${CDN}/stream/${take}`,
      imageUrl: `${CDN}/${take}.jpeg`,
      modelName: "chirp-v4",
      duration,
    })),
  },
});

const MUSIC: Fixtures = {
  callbacks: [fixture("D", ok({ callbackType: "complete", data: [TRACK] }))],
  failures: [
    fixture("D", no(400, { callbackType: "error", data: null })),
    fixture("D", no(501, { callbackType: "error", data: [] })),
    fixture("D", no(501, { callbackType: "failed" })),
    fixture("D", record({ sunoData: [] }, { status: "SENSITIVE_WORD_ERROR" })),
    fixture("D", record({ sunoData: null }, { status: "CREATE_TASK_FAILED" })),
    fixture("D", record({ sunoData: [] }, { status: "GENERATE_AUDIO_FAILED" })),
    // Seen in production: it matches an existing work, and is never done.
    fixture("C", recordOf({ response: null, status: "PENDING", errorCode: 413, errorMessage: "matches" })),
  ],
  records: [
    fixture("R", record(SONG_RECORD, { status: "SUCCESS", operationType: "underpainting", parentMusicId: "" })),
    fixture("R", market("add-instrumental", { data: [TRACK] })),
  ],
};

const SPLIT = ["vocal", "backing_vocals", "drums", "bass", "guitar", "keyboard", "strings", "brass", "woodwinds"];
const MORE = ["percussion", "synth", "fx"];
const DOZEN = [...SPLIT, ...MORE];
const WORDS = [{ word: "[Verse]\nla ", success: true, startS: 0.5, endS: 0.7, palign: 0 }];
const RAW_SPACES = `${CDN}/r/5f_Lead Vocal.mp3`;
const TWO = { origin_url: "", instrumental_url: `${CDN}/i.mp3`, vocal_url: RAW_SPACES };

export const FIXTURES: Readonly<Record<NamedProduct, Fixtures>> = {
  add_instrumental: MUSIC,
  generate: { ...MUSIC, records: [...MUSIC.records, fixture("R", market("generate", { data: [TRACK, TAKE_2] }))] },
  extend: {
    ...MUSIC,
    records: [
      fixture("D", record(SONG_RECORD, { status: "SUCCESS", operationType: "extend", parentMusicId: "m" })),
      fixture("R", market("extend", { data: [TRACK, TAKE_2] })),
    ],
  },
  upload_cover: {
    ...MUSIC,
    records: [
      fixture("R", COVERED),
      fixture("R", market("upload-and-cover-audio", { data: [TRACK, TAKE_2] })),
      fixture("C", record(SONG_RECORD, { status: "CALLBACK_EXCEPTION" })),
    ],
  },
  upload_extend: { ...MUSIC, failures: [...MUSIC.failures, fixture("R", marketFailure("upload-and-extend-audio"))] },
  add_vocals: { ...MUSIC, records: [...MUSIC.records, fixture("R", market("add-vocals", { data: [TRACK] }))] },
  replace_section: {
    ...MUSIC,
    failures: [fixture("D", no(501, { callbackType: "error", error: "no section" }))],
  },
  mashup: MUSIC,
  sounds: MUSIC,
  wav: {
    callbacks: [
      fixture("D", ok({ audioWavUrl: `${CDN}/s/a.wav` }), "wav"),
      fixture("C", ok({ audio_wav_url: `${CDN}/s/a.wav` }), "wav"),
      fixture("R", ok({ state: "success", resultJson: JSON.stringify({ resultUrls: [`${CDN}/s/a.wav`] }) }), "wav"),
      // Called back in the shape of its record.
      fixture(
        "C",
        recordOf({ musicId: "m", response: { audioWavUrl: `${CDN}/a.wav` }, successFlag: "SUCCESS" }),
        "wav",
      ),
    ],
    failures: [
      fixture("D", no(400, { audioWavUrl: null })),
      fixture("D", no(500, { audioWavUrl: null })),
      fixture("D", record({ audioWavUrl: "" }, { successFlag: "GENERATE_WAV_FAILED", errorCode: 500 })),
      nameless("D", record(null, { successFlag: "CREATE_TASK_FAILED" })),
      fixture("C", record({ audioWavUrl: "" }, { successFlag: "PENDING", errorCode: 413 })),
      fixture("C", marketFailure("convert-to-wav-format")),
    ],
    records: [
      fixture("D", record({ audioWavUrl: `${CDN}/s/a.wav` }), "wav"),
      fixture("C", record({ audioWavUrl: `${CDN}/s/a.wav` }, { successFlag: "SUCCESS-1" }), "wav"),
      fixture("C", record({ audioWavUrl: `${CDN}/s/a.wav` }, { successFlag: "CALLBACK_EXCEPTION" }), "wav"),
      fixture("R", market("convert-to-wav-format", { resultUrls: [`${CDN}/s/a`] }), "wav"),
    ],
  },
  stems: {
    callbacks: [
      fixture("D", ok({ vocal_removal_info: TWO }), "instrumental", "vocal"),
      fixture("D", ok({ vocal_separation_info: TWO }), "instrumental", "vocal"),
      fixture(
        "D",
        ok({ vocal_removal_info: Object.fromEntries(DOZEN.map((name) => [`${name}_url`, `${CDN}/${name}.mp3`])) }),
        ...DOZEN,
      ),
      fixture(
        "D",
        ok({
          vocal_removal_info: {
            origin_data: [
              {
                extract: { id: "x", audio_url: `${CDN}/x.mp3`, stem_type_group_name: "Drums", duration: 1 },
                remove: { id: "y", audio_url: `${CDN}/y.mp3`, stem_type_group_name: "Drums" },
              },
            ],
          },
        }),
        "drums",
        "without_drums",
      ),
    ],
    failures: [
      fixture("D", no(400, { vocal_removal_info: null })),
      fixture("D", no(500, { vocal_removal_info: null })),
      fixture("D", no(501, { vocal_separation_info: null })),
      fixture(
        "D",
        record({ originUrl: null, originData: null, vocalUrl: null }, { successFlag: "GENERATE_AUDIO_FAILED" }),
      ),
    ],
    records: [
      fixture(
        "D",
        record({
          id: "x",
          originUrl: null,
          originData: [{ id: "1", audio_url: `${CDN}/p.mp3`, stem_type_group_name: "Piano", duration: 1 }],
          vocalUrl: RAW_SPACES,
          backingVocalsUrl: `${CDN}/b.mp3`,
          fxUrl: "",
        }),
        "vocal",
        "backing_vocals",
        "piano",
      ),
      fixture("C", record({ pianoUrl: `${CDN}/p.mp3`, vocalUrl: null }), "piano"),
    ],
  },
  video: {
    callbacks: [fixture("D", ok({ video_url: `${CDN}/s/a.mp4` }), "video")],
    failures: [
      fixture("D", no(500, { video_url: null })),
      fixture("D", record({ videoUrl: null }, { successFlag: "GENERATE_MP4_FAILED", errorCode: 500 })),
      fixture("R", marketFailure("create-music-video")),
    ],
    records: [
      fixture("D", record({ videoUrl: `${CDN}/s/a.mp4` }), "video"),
      fixture("C", record({ videoUrl: `${CDN}/s/a.mp4` }, { successFlag: "CALLBACK_EXCEPTION" }), "video"),
      fixture("R", market("create-music-video", { resultUrls: [`${CDN}/s/a`] }), "video"),
    ],
  },
  midi: {
    callbacks: [
      fixture(
        "D",
        {
          task_id: TASK_ID,
          code: 200,
          msg: "success",
          data: { state: "complete", instruments: NOTES },
        },
        "midi",
      ),
      fixture(
        "D",
        { code: 200, msg: "success", data: { taskId: TASK_ID, state: "complete", instruments: NOTES } },
        "midi",
      ),
    ],
    failures: [
      nameless("D", { task_id: TASK_ID, code: 500, msg: "no", data: null }),
      fixture("D", { code: 200, data: { taskId: TASK_ID, midiData: null, successFlag: 3 } }),
      fixture("D", { code: 200, data: { taskId: TASK_ID, midiData: null, successFlag: 2 } }),
    ],
    records: [
      fixture(
        "D",
        {
          code: 200,
          data: { taskId: TASK_ID, audioId: "x", midiData: { state: "complete", instruments: NOTES }, successFlag: 1 },
        },
        "midi",
      ),
      // Of stems that were split all at once there may be none.
      fixture("D", recordOf({ recordTaskId: "r", audioId: null, midiData: {}, successFlag: 1 })),
    ],
  },
  cover_art: {
    callbacks: [
      fixture(
        "D",
        { code: 200, msg: "success", data: { taskId: TASK_ID, images: [`${CDN}/1.png`, `${CDN}/2.png`] } },
        "image-1",
        "image-2",
      ),
    ],
    failures: [
      fixture("D", { code: 501, msg: "no", data: { taskId: TASK_ID, images: null } }),
      fixture("D", record({ images: [] }, { successFlag: 3 })),
    ],
    records: [
      fixture("D", record({ images: [`${CDN}/1.png`] }, { successFlag: 1, errorCode: 200 }), "image-1"),
      fixture("C", record({ images: [`${CDN}/1.png`] }, { successFlag: "1" }), "image-1"),
    ],
  },
  lyrics: {
    callbacks: [
      fixture("D", ok({ callbackType: "complete", data: [{ text: "[Verse] la", title: "Song", status: "complete" }] })),
      fixture("D", {
        code: 200,
        msg: "ok",
        data: { callbackType: "complete", taskId: TASK_ID, data: [{ text: "la", title: "A", errorMessage: "" }] },
      }),
      fixture("C", ok({ callbackType: "complete", lyricsData: [{ text: "[Verse] la", title: "Song" }] })),
    ],
    failures: [
      fixture("D", record({ lyricsData: null }, { status: "GENERATE_LYRICS_FAILED", errorCode: 500 })),
      nameless("D", no(400, { callbackType: "complete", data: null })),
      nameless("D", record(null, { status: "SENSITIVE_WORD_ERROR" })),
      nameless("D", record(null, { status: "CREATE_TASK_FAILED", type: "LYRICS" })),
    ],
    records: [
      fixture("C", record({ lyricsData: [{ text: "la" }] }, { status: "CALLBACK_EXCEPTION", type: "LYRICS" })),
      fixture("D", record({ data: [{ text: "la" }] }, { status: "SUCCESS", type: "LYRICS" })),
      fixture("R", market("generate-lyrics", { resultObject: { lyricsData: [{ text: "la" }] } })),
    ],
  },
  timestamped_lyrics: {
    // Its answer is all there is.
    callbacks: [fixture("D", ok({ alignedWords: WORDS, waveformData: [0.1, 0.2], hootCer: 0.1, isStreamed: false }))],
    failures: [nameless("R", { task_id: TASK_ID, code: 422, msg: "does not exist", data: null })],
    records: [fixture("C", ok({ alignedWords: [{ word: "la", start_s: 0.5, end_s: 0.7, p_align: 1 }] }))],
  },
  recovery: {
    callbacks: [
      fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [RECOVERED, UNRECOVERED] }, "audio-1"),
    ],
    failures: [
      fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [UNRECOVERED] }),
      nameless("D", { code: 500, msg: "no_audio_id_mappings", task_id: TASK_ID, data: null }),
    ],
    records: [fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [UNRECOVERED, RECOVERED] }, "audio-2")],
  },
  voice: {
    callbacks: [
      fixture("D", ok({ voiceId: "v", status: "success" })),
      fixture("D", ok({ validateInfo: "Sing this", status: "wait_validating" })),
    ],
    failures: [
      fixture("D", ok({ voiceId: null, status: "fail", errorCode: 400, errorMessage: "no" })),
      fixture("D", ok({ validateInfo: null, status: "processing_validate_fail", errorCode: 400 })),
    ],
    records: [fixture("D", ok({ voiceId: "v", status: "success" }))],
  },
};
