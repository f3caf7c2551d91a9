/** What can be played is kept, and what is cut is refused: odd files, and how much there is of them. */
import { expect, test } from "vitest";
import type { ContainerFacts } from "../../../src/core/audio/container/facts.ts";
import { HEAD_BYTES } from "../../../src/core/audio/format.ts";
import {
  adts,
  apeTag,
  apeTagWithoutHeader,
  frames,
  id3v1,
  id3v1Extended,
  id3v2,
  id3v2WithFooter,
  infoFrame,
  joined,
  lyrics3,
  riffChunk,
  riffWave,
  text,
  vbriFrame,
  wav,
  wavFormat,
  webp,
} from "./audio-bytes.ts";
import { check, factsOf, playable } from "./checked.ts";

test("a file that ends inside a frame is refused where nothing tells its length", () => {
  expect(check(frames(200).slice(0, -10))).toBe("truncated: the last MP3 frame lacks 10 bytes");
});

test("a last frame 100 bytes short is kept where the announced length was reached", () => {
  const bytes = frames(200).slice(0, -100);
  expect(check(bytes, "audio", bytes.length)).toBeNull();
});

test("a trailing 0xFF is kept where the announced length was reached", () => {
  const bytes = joined(frames(200), Uint8Array.of(0xff));
  expect(check(bytes, "audio", bytes.length)).toBeNull();
});

/** Against a claim of so many seconds. */
function claim(bytes: Uint8Array, seconds: number): string | null {
  return check(bytes, "audio", null, [], seconds);
}

test("without an announced length, under 90 % of the claimed duration is cut, also on a frame's border", () => {
  const seconds = (200 * 1_152) / 44_100;
  expect(claim(frames(200), seconds / 0.89)).toBe("truncated: MP3 ends after 5.2 s of the 5.9 s that are claimed");
  expect(claim(frames(200), seconds / 0.91)).toBeNull();
  expect(claim(frames(201).slice(0, -100), seconds / 0.91)).toBeNull();
  expect(check(frames(200), "audio", frames(200).length, [], seconds * 2)).toBeNull();
});

test("a claim of nothing, and a header that counts none, are no claim", () => {
  const cut = frames(200).slice(0, -10);
  for (const nothing of [0, -1]) expect(claim(cut, nothing)).toMatch(/^truncated: the last MP3 frame lacks 10/);
  expect(check(joined(infoFrame("Info", 0), cut))).toMatch(/^truncated: the last MP3 frame lacks 10/);
  expect(factsOf(joined(infoFrame("Info", 0), frames(200)))).toMatchObject({ frames: 200, declaredFrames: null });
});

test("a file that ends at a frame but before its declared length is refused", () => {
  const reason = check(joined(infoFrame("Xing", 400), frames(200)));
  expect(reason).toBe("truncated: MP3 ends after 5.2 s of the 10.4 s its header declares");
  for (const announced of [null, 417 * 201])
    expect(check(joined(infoFrame("Xing", 223), frames(200)), "audio", announced)).toMatch(/^truncated: /);
});

test("a header that counts a few frames more or fewer is no cut", () => {
  for (const declared of [201, 202, 222, 198, 100])
    expect(check(joined(infoFrame("Xing", declared), frames(200)))).toBeNull();
});

test("an ID3 tag larger than its file is a cut file", () => {
  for (const announced of [null, 500])
    expect(check(id3v2(90_000).slice(0, 500), "audio", announced)).toBe(
      "truncated: the file ends in its tag, which lacks 89510 bytes",
    );
});

test("a music of one second in a row is kept, however much junk is around it", () => {
  const junk = text("x".repeat(90_000));
  for (const announced of [null, 1]) {
    const bytes = joined(frames(40), junk);
    expect(check(bytes, "audio", announced && bytes.length)).toBeNull();
  }
  expect(check(joined(frames(39), junk))).toMatch(/^not_audio: /);
});

test("every layer, version and tag of an MPEG file passes, also in free format", () => {
  const shapes = ([0, 2, 3] as const).flatMap((version) => ([1, 2, 3] as const).map((layer) => ({ version, layer })));
  for (const shape of shapes) {
    expect(check(frames(50, shape))).toBeNull();
    expect(factsOf(frames(50, shape))).toMatchObject({ format: "mp3", codec: `mp${shape.layer}`, frames: 50 });
  }
  expect(factsOf(frames(50, { freeBytes: 1_306 }))).toMatchObject({ format: "mp3", codec: "mp3_free_format" });
  const tags = [id3v2WithFooter(200_000), id3v1Extended(), apeTag(900), apeTagWithoutHeader(900), lyrics3(2, 900)];
  for (const tag of tags) {
    const facts = factsOf(joined(id3v2(900), frames(50), tag, id3v1()));
    expect(facts).toMatchObject({ frames: 50, junkBytes: 0, trailingBytes: 0, missingBytes: 0 });
  }
});

test("junk in front of the first frame is passed over, zeros without end, others within the head", () => {
  const [zeros, junk] = [new Uint8Array(HEAD_BYTES + 9_000), text("x".repeat(HEAD_BYTES - 3 * 417))];
  for (const front of [zeros, junk, zeros.slice(0, 9)])
    expect(factsOf(joined(front, frames(100)))).toMatchObject({ frames: 100, junkBytes: front.length });
  expect(check(joined(text("x".repeat(HEAD_BYTES)), frames(100)))).toBe(
    "not_audio: the server sent bytes of no known format",
  );
});

test("a VBRI header is held against the frames as Xing's is", () => {
  expect(check(joined(vbriFrame(204), frames(200)))).toBeNull();
  expect(check(joined(vbriFrame(230), frames(200)))).toMatch(
    /^truncated: MP3 ends after 5\.2 s of the 6\.0 s its header/,
  );
});

function factsOfAnnounced(bytes: Uint8Array): ContainerFacts {
  return factsOf(bytes, "audio", [], bytes.length);
}

test("the end of a kept MP3, and what its header counts, are told in numbers", () => {
  expect(factsOfAnnounced(frames(200).slice(0, -100))).toMatchObject({
    frames: 199,
    missingBytes: 100,
    trailingBytes: 0,
  });
  expect(factsOfAnnounced(joined(frames(200), text("junk")))).toMatchObject({
    frames: 200,
    missingBytes: 0,
    trailingBytes: 4,
  });
  expect(factsOfAnnounced(joined(frames(200), Uint8Array.of(0xff)))).toMatchObject({ frames: 200, missingBytes: 3 });
  expect(factsOfAnnounced(joined(infoFrame("Info", 202), frames(200)))).toMatchObject({
    frames: 200,
    declaredFrames: 202,
  });
  const facts = factsOfAnnounced(
    joined(infoFrame("Info", 100), frames(100), id3v2(99), infoFrame("Info", 90), frames(90)),
  );
  expect(facts).toMatchObject({ frames: 191, declaredFrames: 100 });
});

test("what of a refused file can be played is told", () => {
  const seconds = (100 * 1_152) / 44_100;
  expect(playable(frames(100), 90_000)).toBeCloseTo(seconds, 6);
  expect(playable(frames(101).slice(0, -9), null)).toBeCloseTo(seconds, 6);
  expect(playable(joined(infoFrame("Info", 200), frames(100)), null)).toBeCloseTo(seconds, 6);
  expect(playable(joined(id3v2(500), new Uint8Array(9_000)), 10_000)).toBeNull();
});

test("what of a cut file of another format can be played is told", () => {
  const sound = riffWave(wavFormat(), riffChunk("data", new Uint8Array(176_400)));
  expect(playable(sound.slice(0, 44 + 88_200), sound.length)).toBe(0.5);
  expect(playable(sound.slice(0, 44 + 88_200), null)).toBe(0.5);
  expect(playable(adts(44).slice(0, -10), 44 * 200)).toBeCloseTo((43 * 1_024) / 44_100, 9);
  const none = riffWave(wavFormat());
  expect(playable(none.slice(0, 30), none.length)).toBeNull();
});

test("a WAV under 90 % of its claim is cut where no length was announced, one that lacks less says how much", () => {
  const sound = riffWave(wavFormat(), riffChunk("data", new Uint8Array(176_400)));
  expect(check(sound, "audio", null, [], 1.2)).toBe("truncated: WAV ends after 1.0 s of the 1.2 s that are claimed");
  expect(check(sound, "audio", null, [], 1.1)).toBeNull();
  expect(check(sound, "audio", sound.length, [], 2)).toBeNull();
  expect(factsOf(sound.slice(0, -1_000))).toMatchObject({ missingBytes: 1_000 });
});

test("a RIFF file is about as long as its header says, unless the header does not know", () => {
  expect(check(wav(1_000))).toBeNull();
  expect(check(joined(wav(1_000), new Uint8Array(9)))).toBeNull();
  for (const announced of [null, wav(1_000).length - 200])
    expect(check(wav(1_000).slice(0, -200), "audio", announced)).toBe(
      "truncated: 844 of the 1044 bytes that its RIFF header declares",
    );
  for (const unknown of [0, 0xffffffff]) expect(check(wav(1_000, unknown))).toBeNull();
  expect(check(webp(500), "image")).toBeNull();
  expect(check(webp(500).slice(0, -7), "image")).toMatch(/^truncated: /);
});
