/** Rows of the catalog: a test names what it is about, the rest is filled in here. */
import type { CatalogRow } from "../../src/core/view/catalog-row.ts";
import { NOTHING } from "../../src/core/view/tally.ts";
import { newTaskId } from "./messages.ts";

export function catalogRow(fields: Partial<CatalogRow> = {}): CatalogRow {
  const createdAt = fields.createdAt ?? Date.now();
  return {
    taskId: newTaskId(),
    product: "music",
    ref: null,
    parent: null,
    title: null,
    stage: "text",
    failureReason: null,
    chosen: null,
    settled: false,
    stalled: false,
    problem: null,
    reason: null,
    keptTracks: 0,
    tracks: 0,
    wake: null,
    createdAt,
    firstAt: null,
    completeAt: null,
    settledAt: null,
    version: 1,
    touchedAt: createdAt,
    tally: NOTHING,
    ...fields,
  };
}
