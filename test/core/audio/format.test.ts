/** What a file is by its first bytes: as audio, as a cover, and as a file of any product. */
import { expect, test } from "vitest";
import { describeBytes, formatOf } from "../../../src/core/audio/format.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const box = (brand: string): Uint8Array => bytes(`\0\0\0\x20ftyp${brand}\0\0\0\0`);
const nameOf = (head: Uint8Array, file: "audio" | "cover" | "file"): string | null =>
  formatOf(head, file)?.name ?? null;

test("a file of a product may be sound, a picture, a film, or of a type that nobody knows", () => {
  expect(nameOf(box("M4A "), "file")).toBe("m4a");
  expect(nameOf(box("isom"), "file")).toBe("mp4");
  expect(nameOf(bytes("RIFF\x24\0\0\0WAVEfmt "), "file")).toBe("wav");
  expect(nameOf(bytes("RIFF\x24\0\0\0WEBPVP8 "), "file")).toBe("webp");
  expect(nameOf(bytes("\x89PNG\r\n\x1a\n"), "file")).toBe("png");
  expect(nameOf(bytes("MThd\0\0\0\x06"), "file")).not.toBeNull();
});

test("a document is no file of a product, whatever it is called", () => {
  for (const document of ["<!doctype html><p>", "<html>", "<?xml version='1.0'?><svg/>", '{"code":404}', "[1]"]) {
    expect(nameOf(bytes(document), "file")).toBeNull();
    expect(describeBytes(bytes(document))).toMatch(/HTML|XML|JSON/);
  }
});

test("what is a film is no audio, and what is sound is no cover", () => {
  expect(nameOf(box("avc1"), "audio")).toBeNull();
  for (const head of [box("M4A "), bytes("fLaC"), bytes("OggS"), bytes("ID3\x04")]) {
    expect(nameOf(head, "audio")).not.toBeNull();
    expect(nameOf(head, "cover")).toBeNull();
  }
  expect(nameOf(bytes("\xff\xd8\xff\xe0"), "cover")).toBe("jpeg");
  expect(nameOf(bytes("\xff\xd8\xff\xe0"), "audio")).toBeNull();
});
