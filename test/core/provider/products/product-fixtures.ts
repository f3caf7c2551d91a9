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

function record(response: object, rest: object = { successFlag: "SUCCESS" }): object {
  const data = { taskId: TASK_ID, musicId: "m", response, ...rest, errorCode: 0, errorMessage: "" };
  return { code: 200, msg: "success", data };
}

function market(operation: string, result: object): object {
  const data = { taskId: TASK_ID, model: `ai-music-api/${operation}`, state: "success" };
  return { code: 200, msg: "ok", data: { ...data, resultJson: JSON.stringify(result) } };
}

function fixture(grade: Fixture["grade"], body: object, ...files: readonly string[]): Fixture {
  return { grade, body, files };
}

const TRACK = { id: "a", audio_url: `${CDN}/a.mp3`, title: "Night", duration: 60 };
const SONG_RECORD = { sunoData: [{ id: "a", audioUrl: `${CDN}/a.mp3`, title: "Night" }] };

const MUSIC: Fixtures = {
  callbacks: [fixture("D", ok({ callbackType: "complete", data: [TRACK] }))],
  failures: [
    fixture("D", no(400, { callbackType: "error", data: null })),
    fixture("D", no(501, { callbackType: "error", data: [] })),
    fixture("D", no(501, { callbackType: "failed" })),
  ],
  records: [
    fixture("R", record(SONG_RECORD, { status: "SUCCESS", operationType: "underpainting", parentMusicId: "" })),
    fixture("R", market("add-instrumental", { data: [TRACK] })),
  ],
};

const SPLIT = ["vocal", "backing_vocals", "drums", "bass", "guitar", "keyboard", "strings", "brass", "woodwinds"];
const MORE = ["percussion", "synth", "fx"];
const DOZEN = [...SPLIT, ...MORE];
const RAW_SPACES = `${CDN}/r/5f_Lead Vocal.mp3`;
const TWO = { origin_url: "", instrumental_url: `${CDN}/i.mp3`, vocal_url: RAW_SPACES };

export const FIXTURES: Readonly<Record<NamedProduct, Fixtures>> = {
  add_instrumental: MUSIC,
  generate: MUSIC,
  extend: MUSIC,
  upload_cover: MUSIC,
  upload_extend: MUSIC,
  add_vocals: MUSIC,
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
    ],
    failures: [
      fixture("D", no(400, { audioWavUrl: null })),
      fixture("D", no(500, { audioWavUrl: null })),
      fixture("D", record({ audioWavUrl: "" }, { successFlag: "GENERATE_WAV_FAILED", errorCode: 500 })),
      fixture("C", ok({ model: "ai-music-api/convert-to-wav-format", state: "fail", failCode: 500, failMsg: "no" })),
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
    ],
    records: [
      fixture("D", record({ videoUrl: `${CDN}/s/a.mp4` }), "video"),
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
      fixture("D", no(500, { midiData: null })),
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
      fixture("C", ok({ callbackType: "complete", lyricsData: [{ text: "[Verse] la", title: "Song" }] })),
    ],
    failures: [fixture("D", record({ lyricsData: null }, { status: "GENERATE_LYRICS_FAILED", errorCode: 500 }))],
    records: [
      fixture("D", record({ data: [{ text: "la" }] }, { status: "SUCCESS", type: "LYRICS" })),
      fixture("R", market("generate-lyrics", { resultObject: { lyricsData: [{ text: "la" }] } })),
    ],
  },
  recovery: {
    callbacks: [
      fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [RECOVERED, UNRECOVERED] }, "audio-1"),
    ],
    failures: [fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [UNRECOVERED] })],
    records: [fixture("D", { code: 200, msg: "success", task_id: TASK_ID, data: [UNRECOVERED, RECOVERED] }, "audio-2")],
  },
  voice: {
    callbacks: [
      fixture("D", ok({ voiceId: "v", status: "success" })),
      fixture("D", ok({ validateInfo: "Sing this", status: "wait_validating" })),
    ],
    failures: [fixture("D", ok({ voiceId: null, status: "fail", errorCode: 400, errorMessage: "no" }))],
    records: [fixture("D", ok({ voiceId: "v", status: "success" }))],
  },
};
