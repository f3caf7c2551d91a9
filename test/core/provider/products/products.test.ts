/** The table of products: every entry is complete, and each shape of each product is read as what it is. */
import { expect, test } from "vitest";
import {
  entryOf,
  isMusicProduct,
  parentInRecord,
  PRODUCTS,
  type NamedProduct,
} from "../../../../src/core/provider/products/products.ts";
import { observationOf, parsed } from "../../messages.ts";
import { TASK_ID } from "../../builders.ts";
import { FIXTURES } from "./product-fixtures.ts";

const NAMED = PRODUCTS.flatMap((product): readonly NamedProduct[] =>
  product === "music" || product === "unknown" ? [] : [product],
);

test("every product has a fixture for its callback, its failure and its record", () => {
  for (const product of NAMED) {
    const { callbacks, failures, records } = FIXTURES[product];
    expect([product, callbacks.length > 0, failures.length > 0, records.length > 0]).toEqual([
      product,
      true,
      true,
      true,
    ]);
  }
});

test("each body names its task and its product, and every file of it by a link that can be fetched", () => {
  for (const product of NAMED)
    for (const { body, files } of [...FIXTURES[product].callbacks, ...FIXTURES[product].records]) {
      const { taskIds, observation } = parsed(body);
      expect([body, taskIds, observation.kind]).toEqual([body, [TASK_ID], "complete"]);
      expect([body, observation.product]).toEqual([body, isMusicProduct(product) ? undefined : product]);
      expect([body, (observation.files ?? []).map(({ name }) => name)]).toEqual([body, files]);
      for (const { link } of observation.files ?? []) expect(link).toBe(new URL(link).href);
    }
});

test("each failure is one, and names no file", () => {
  for (const product of NAMED)
    for (const { body } of FIXTURES[product].failures)
      expect([body, observationOf(body)]).toMatchObject([body, { kind: "failed", tracks: [] }]);
});

test("what is submitted has a path, fields that let unknown ones pass, and a record to ask for", () => {
  for (const product of NAMED) {
    const { submit, record } = entryOf(product) ?? {};
    expect([product, record?.path]).toEqual([
      product,
      expect.stringMatching(/^\/api\/v1\/.+\/record-info$/) as unknown,
    ]);
    if ((submit ?? null) === null) continue;
    expect([product, submit?.path]).toEqual([product, expect.stringMatching(/^\/api\/v1\//) as unknown]);
    const required = submit?.fields.safeParse({ new_field: 1 });
    expect([product, JSON.stringify(required?.error?.issues ?? []).includes("new_field")]).toEqual([product, false]);
  }
  const wav = entryOf("wav")?.submit?.fields.parse({ taskId: "t", audioId: "a", new_field: 1 });
  expect(wav).toEqual({ taskId: "t", audioId: "a", new_field: 1 });
});

test("stems cost by their type, and what has no price says so", () => {
  const credits = entryOf("stems")?.submit?.credits;
  expect([{}, { type: "split_stem" }, { type: "newer" }].map((request) => credits?.(request))).toEqual([10, 50, null]);
});

test("of a record the parent's id is read where the product has one", () => {
  expect(parentInRecord("wav", { data: { musicId: "a" } })).toBe("a");
  expect(parentInRecord("cover_art", { data: { parentTaskId: "t", musicId: "a" } })).toBe("t");
  for (const record of [{ data: { parentMusicId: "" } }, null, { data: [] }])
    expect(parentInRecord("extend", record)).toBeNull();
  expect(parentInRecord("music", { data: { musicId: "a" } })).toBeNull();
});
