/** What a guest sees is a list of what is allowed. */
import { expect, test } from "vitest";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { guestView, guestViewOf } from "../../../src/core/view/guest.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { at, audioUrl, copied, listed, observation, observed, T0, taskOf } from "../builders.ts";

test("nothing of the request, of failures or of the provider's links is in it", () => {
  const secret = "only for the owner";
  const complete = observed(
    observation("complete", [
      listed({ id: "kept", title: "Night", audioLink: audioUrl("a"), streamLink: audioUrl("stream") }),
      listed({ id: "waiting", audioLink: audioUrl("b") }),
      listed({ id: "none" }),
    ]),
  );
  const submitted = at(T0 - 1, { type: "submitted", ref: "order-17", request: { prompt: secret, tags: secret } });
  const kept = copied(T0, audioUrl("a"), {
    trackId: "kept",
    assess: "scan",
    container: unheard({ format: "mp3", durationSeconds: 60 }),
  });
  const view = guestViewOf(viewOf(taskOf(submitted, complete, kept)), null);
  expect(guestView.parse(view)).toEqual(view);
  expect(view.tracks).toMatchObject([
    { title: "Night", audio: { state: "stored" }, assessment: { state: "done", audio: { durationSeconds: 60 } } },
    { audio: { state: "queued", url: null }, assessment: null },
    { audio: { state: "waiting" } },
  ]);
  for (const hidden of [secret, "order-17", "stream", "findings", "reason"])
    expect(JSON.stringify(view)).not.toContain(hidden);
});

test("where one track is shared, nothing of another is in it", () => {
  const view = viewOf(taskOf(observed(observation("complete", [listed({ id: "one" }), listed({ id: "two" })]))));
  expect(guestViewOf(view, "two").tracks.map(({ trackId }) => trackId)).toEqual(["two"]);
});
