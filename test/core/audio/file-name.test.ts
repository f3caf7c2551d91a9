/** What a kept file is called when it is saved. */
import fc from "fast-check";
import { parse } from "content-disposition";
import { expect, test } from "vitest";
import { contentDisposition, fileTitle } from "../../../src/core/audio/file-name.ts";
import { redactionOf } from "../../../src/core/provider/redaction.ts";
import { anyText } from "../any-text.ts";

const TOKEN = "callback-token-0123456789abcdef0123456789";
const REDACTION = redactionOf([], [TOKEN], []);

function header(title: string | null): string {
  return contentDisposition(title, "track-1", "mp3", { type: "attachment", redaction: REDACTION });
}

/** The name that a browser takes, and the plain one beside it. */
function names(title: string | null): { readonly full: string | undefined; readonly ascii: string | undefined } {
  const value = header(title);
  const plain = /; filename=(?:"([^"]*)"|([^;]*))/.exec(value);
  return { full: parse(value).parameters["filename"], ascii: plain?.[1] ?? plain?.[2] };
}

test("a plain title is the name", () => {
  expect(header("Iron Man")).toBe('attachment; filename="Iron Man.mp3"');
  expect(contentDisposition("Iron Man", "track-1", "wav", { type: "inline", redaction: REDACTION })).toBe(
    'inline; filename="Iron Man.wav"',
  );
});

test("punctuation stays in the full name and leaves the plain one", () => {
  expect(names("Rock & Roll (live)")).toEqual({ full: "Rock & Roll (live).mp3", ascii: "Rock Roll live.mp3" });
  expect(names("50% off; 'now', {x} = [y]!")).toEqual({
    full: "50% off; 'now', {x} = [y]!.mp3",
    ascii: "50 off now x y.mp3",
  });
});

test("other alphabets and emoji stay in the full name", () => {
  expect(header("Für Elise")).toBe("attachment; filename=\"Fur Elise.mp3\"; filename*=UTF-8''F%C3%BCr%20Elise.mp3");
  expect(names("夜曲")).toEqual({ full: "夜曲.mp3", ascii: "track.mp3" });
  expect(names("Night 🎸")).toEqual({ full: "Night 🎸.mp3", ascii: "Night.mp3" });
});

test("a secret that a title holds in parts is not whole in the plain name", () => {
  const [head, tail] = [TOKEN.slice(0, 9), TOKEN.slice(9)];
  const wide = Array.from(TOKEN, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).join("");
  for (const title of [`${head}✓${tail}`, `${head}\u0301${tail}`, wide]) {
    expect(names(title).ascii).toBe("[removed].mp3");
    expect(names(title).full).toBe(`${title}.mp3`);
  }
});

test("line ends, control characters, direction marks and separators become a space", () => {
  expect(names("a\r\nSet-Cookie: x\u0000b").full).toBe("a Set-Cookie x b.mp3");
  expect(names("abc\u202egpj.exe").full).toBe("abc gpj.exe.mp3");
  expect(names("\u2028a\u2029b\u00a0c\td").full).toBe("a b c d.mp3");
  expect(names('../..\\etc/"passwd"<>|*?:').full).toBe("etc passwd.mp3");
});

test("a title that leaves nothing gives way to the fallback", () => {
  for (const title of [null, "", "   ", "\r\n", "...", "/\\:*?", "\u202e", ". / ."])
    expect([title, names(title)]).toEqual([title, { full: "track-1.mp3", ascii: "track-1.mp3" }]);
  expect(names("!!!")).toEqual({ full: "!!!.mp3", ascii: "track.mp3" });
});

test("a name never starts with a dot", () => {
  for (const title of [".hidden", "..hidden", "/.hidden", ". .hidden"])
    expect([title, names(title).full]).toEqual([title, "hidden.mp3"]);
});

test("a long title is cut between characters", () => {
  expect(names("x".repeat(500)).full).toHaveLength(124);
  expect(names(`${"x".repeat(119)}😀😀`).full).toBe(`${"x".repeat(119)}.mp3`);
});

test("any title makes a header that can be sent", () => {
  fc.assert(
    fc.property(anyText, (title) => {
      const value = header(title);
      expect(value).toMatch(/^[\x20-\x7e]+$/);
      expect(names(title).ascii).toMatch(/^[A-Za-z0-9 ._-]+$/);
      expect(names(title).full).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\\/:*?"<>|\ufffd]|^\./u);
    }),
    { numRuns: 300 },
  );
});

test("takes of one title are told apart, and a file without a title has a name all the same", () => {
  expect(fileTitle({ title: "Night", take: 2 })).toBe("Night (take 2)");
  expect(fileTitle({ title: "Night" })).toBe("Night");
  expect(fileTitle({ title: null, take: 1 })).toBe("Track (take 1)");
  expect([fileTitle({ title: null }), fileTitle({ title: " /.. " })]).toEqual([null, null]);
});
