/** What a file is by its first bytes: as what a product delivers, and as what nobody knows. */
import { expect, test } from "vitest";
import { describeBytes, formatOf, isOf, type Media } from "../../../src/core/audio/format.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const box = (brand: string): Uint8Array => bytes(`\0\0\0\x20ftyp${brand}\0\0\0\0`);
const nameOf = (head: Uint8Array, media: Media): string | null => formatOf(head, media)?.name ?? null;

test("a file of a product may be sound, a picture, a film, or of a type that nobody knows", () => {
  expect(nameOf(box("M4A "), "any")).toBe("m4a");
  expect(nameOf(box("isom"), "any")).toBe("mp4");
  expect(nameOf(bytes("RIFF\x24\0\0\0WAVEfmt "), "any")).toBe("wav");
  expect(nameOf(bytes("RIFF\x24\0\0\0WEBPVP8 "), "any")).toBe("webp");
  expect(nameOf(bytes("\x89PNG\r\n\x1a\n"), "any")).toBe("png");
  expect(nameOf(bytes("MThd\0\0\0\x06"), "any")).not.toBeNull();
});

test("a document is no file of a product, whatever it is called", () => {
  for (const document of ["<!doctype html><p>", "<html>", "<?xml version='1.0'?><svg/>", '{"code":404}', "[1]"]) {
    expect(nameOf(bytes(document), "any")).toBeNull();
    expect(describeBytes(bytes(document))).toMatch(/HTML|XML|JSON/);
  }
});

test("a WAV or a film may be no picture, no document and no noise; what plays in its place is told from it", () => {
  const wav = bytes("RIFF\x24\0\0\0WAVEfmt ");
  for (const media of ["wav", "video"] as const) {
    for (const head of ["\xff\xd8\xff\xe0", "\x89PNG\r\n\x1a\n", "<html>", "{}", "MThd\0\0\0\x06", "\x01\x02noise"])
      expect([media, head, nameOf(bytes(head), media)]).toEqual([media, head, null]);
    const kept = [wav, box("isom"), box("M4A "), bytes("fLaC")].map((head) => formatOf(head, media));
    expect(kept.map((format) => format !== null && isOf(format, media))).toEqual(
      media === "wav" ? [true, false, false, false] : [false, true, false, false],
    );
  }
});

test("what is a film is no audio, and what is sound is no cover", () => {
  expect(nameOf(box("avc1"), "audio")).toBeNull();
  for (const head of [box("M4A "), bytes("fLaC"), bytes("OggS"), bytes("ID3\x04")]) {
    expect(nameOf(head, "audio")).not.toBeNull();
    expect(nameOf(head, "image")).toBeNull();
  }
  expect(nameOf(bytes("\xff\xd8\xff\xe0"), "image")).toBe("jpeg");
  expect(nameOf(bytes("\xff\xd8\xff\xe0"), "audio")).toBeNull();
});
