/** Why a file is not kept, in words that are true of what came. */
import { expect, test } from "vitest";
import { whyNotKept } from "../../../src/http/pages/task/why-not-kept.ts";

test.each([
  ["unreachable: the connection failed or broke", "the provider's file server could not be reached"],
  [
    "truncated: the connection broke after 5 of 9 bytes",
    "the connection to the provider's file server broke after 5 of 9 bytes",
  ],
  ["truncated: MP3 ends after 5.0 s of the 9.0 s that are claimed", "the provider's file was cut short"],
  ["timeout: no byte for 20 s", "the provider's file server did not answer in time"],
  ["timeout: no byte for 20 s after 5 bytes", "the provider's file server stopped sending after 5 bytes"],
  ["timeout: the copy took longer than 10 minutes after 5 of 9 bytes", "the copy took too long"],
  ["http_206: the server sent a part", "the provider's file server sent a part of the file instead of all of it"],
  ["http_503: the server answered 503", "the provider's file server failed (503)"],
])("%s", (reason, what) => {
  expect(whyNotKept(reason)).toEqual({ what, cure: null, needsNewLink: false });
});

test.each([
  ["http_404: not here", true],
  ["refused: https://10.0.0.1 is an IP address, not a public name", true],
  ["refused: https://elsewhere.example is not allowed by AUDIO_ORIGINS", false],
  ["http_503: the server answered 503", false],
])("a new link is wanted only where the same one cannot do: %s", (reason, needsNewLink) => {
  expect(whyNotKept(reason)).toMatchObject({ needsNewLink });
});
