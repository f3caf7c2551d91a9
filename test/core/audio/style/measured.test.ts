/** A style's score is of what was measured; what the provider writes of it stays a claim. */
import { expect, test } from "vitest";
import { unheard } from "../../../../src/core/audio/container/facts.ts";
import { matchStyle } from "../../../../src/core/audio/style/match.ts";
import { styleViewOf } from "../../../../src/core/audio/style/measured.ts";

const FACTS = { ...unheard({}), tempoBpm: 119.96, tempoConfidence: 0.9, key: "F major", keyConfidence: 0.9 };
const ASKED = {
  claimedDurationSeconds: null,
  claimedFormat: null,
  requestedBpm: 120,
  tempoAgreement: "agrees",
  requestedKey: "d minor",
  keyAgreement: "disagrees",
  source: null,
} as const;
const CLAIMED = matchStyle({ tags: "jazz, piano", negativeTags: null }, "smooth jazz with piano");

test("what was measured counts, what was only claimed does not", () => {
  const view = styleViewOf(CLAIMED, ASKED, FACTS);
  expect(view).toMatchObject({ claimedShare: 1, matched: ["jazz", "piano"], score: 0.5 });
  expect(view?.measured).toEqual([
    { asked: "120 bpm", measured: "120.0 bpm", agrees: true },
    { asked: "d minor", measured: "F major", agrees: false },
  ]);
});

test("what could not be told counts neither way, and nothing measured has no score", () => {
  const unclear = { ...ASKED, keyAgreement: "inconclusive" } as const;
  expect(styleViewOf(CLAIMED, unclear, FACTS)?.score).toBe(1);
  const nothing = { ...ASKED, requestedBpm: null, requestedKey: null };
  expect(styleViewOf(CLAIMED, nothing, FACTS)).toMatchObject({ score: null, measured: [] });
  expect(styleViewOf(null, ASKED, FACTS)).toMatchObject({ score: 0.5, matched: [] });
  expect(styleViewOf(null, nothing, FACTS)).toBeNull();
});
