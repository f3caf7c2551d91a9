/** What was made of a take is called by its song, where that is known. */
import { expect, test } from "vitest";
import { viewOf } from "../../../src/core/view/view.ts";
import { madeName } from "../../../src/http/pages/task/made-name.ts";
import { audioUrl, listed, observation, observed, TASK_ID, taskOf } from "../builders.ts";

const song = { title: "Night Drive", audioLink: audioUrl("a") };
const parentView = viewOf(
  taskOf(observed(observation("complete", [listed({ id: "a", ...song }), listed({ id: "b", ...song })]))),
);
const of = (trackId: string | null) => ({ taskId: TASK_ID, trackId });

test("it names the product, the song and the take", () => {
  expect(madeName("wav", of("b"), parentView)).toBe("WAV of Night Drive (take 2)");
  expect(madeName("stems", of(null), parentView)).toBe("Stems of Night Drive");
});

test("it says nothing that is not known", () => {
  expect(madeName("wav", null, parentView)).toBeNull();
  expect(madeName("wav", of("a"), null)).toBeNull();
  expect(madeName("unknown", of("a"), parentView)).toBeNull();
  expect(madeName("wav", of("a"), viewOf(taskOf(observed(observation("text")))))).toBeNull();
});
