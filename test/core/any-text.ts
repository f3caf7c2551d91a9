/** Text of any code units: lone surrogates, control characters, direction marks and all. */
import fc from "fast-check";

const tricky = fc.constantFrom(
  "\ud800",
  "\udc00",
  "\u0000",
  "\r",
  "\n",
  "\u202e",
  "\u200d",
  "\u2028",
  "\ufeff",
  "é",
  "%",
  '"',
  "\\",
  "/",
  ".",
  " ",
  "😀",
);

export const anyText = fc.string({
  unit: fc.oneof(
    tricky,
    fc.nat({ max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.nat({ max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  ),
});
