/** What is said of a source before it is submitted. */
import { expect, test } from "vitest";
import { unheard } from "../../../../src/core/audio/container/facts.ts";
import { shownSource, sourceReport, sourceReportOf } from "../../../../src/core/audio/findings/source-report.ts";

const audio = unheard({ format: "mp3", durationSeconds: 60, channels: 2, bitrateKbps: 192 });

test("what recognizes a source again is kept, and never shown", () => {
  const report = sourceReportOf(audio, null, "hash", "print");
  expect(sourceReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({ verdict: "pass", sha256: "hash", landmarks: "print" });
  expect(shownSource(report)).not.toHaveProperty("landmarks");
  expect(sourceReportOf(audio, null)).not.toHaveProperty("sha256");
});

test("a source that cannot be read to its end fails", () => {
  const report = sourceReportOf(audio, { code: "truncated", message: "It ends early." });
  expect(report).toMatchObject({ verdict: "fail", findings: [{ code: "truncated", message: "It ends early." }] });
});
