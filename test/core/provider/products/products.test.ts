/** The table of products: every entry is complete, and each shape of each product is read as what it is. */
import { expect, test } from "vitest";
import * as z from "zod";
import {
  entryOf,
  isMusicProduct,
  parentInRecord,
  PRODUCTS,
  type NamedProduct,
} from "../../../../src/core/provider/products/products.ts";
import { linkFields } from "../../../../src/core/provider/products/request-fields.ts";
import { unknownOptions } from "../../../../src/core/provider/submission.ts";
import { parseMessage } from "../../../../src/core/provider/message.ts";
import { viewOf } from "../../../../src/core/view/view.ts";
import { observationOf, parsed } from "../../messages.ts";
import { at, observed, T0, TASK_ID, taskOf } from "../../builders.ts";
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
      for (const { link } of observation.files ?? []) expect(link).toBe(new URL(link ?? "").href);
    }
});

test("each failure is one, names no file, and is of what was asked for though it names no product", () => {
  for (const product of NAMED)
    for (const { body } of FIXTURES[product].failures) {
      const read = observationOf(body);
      expect([body, read]).toMatchObject([body, { kind: "failed", tracks: [] }]);
      const adopted = at(T0, { type: "adopted", product });
      expect([body, viewOf(taskOf(adopted, observed(read)))]).toMatchObject([
        body,
        { product, stage: "failed", outcome: "failed", settled: true },
      ]);
    }
});

test("what each says is under way is neither done nor failed, by words and by numbers, as integer or string", () => {
  const flags: readonly (readonly [NamedProduct, string, readonly unknown[]])[] = [
    ["wav", "successFlag", ["PENDING", "PENDING-1"]],
    ["stems", "successFlag", ["PENDING"]],
    ["video", "successFlag", ["PENDING"]],
    ["cover_art", "successFlag", [0, 2, "0", "2"]],
    ["midi", "successFlag", [0, "0"]],
    ["lyrics", "status", ["PENDING"]],
    ["voice", "status", ["wait_processing", "processing_validate", "generating_voice"]],
  ];
  for (const [product, field, values] of flags)
    for (const value of values) {
      const data = { taskId: TASK_ID, response: null, [field]: value, errorCode: 0, errorMessage: "" };
      const read = parseMessage({ code: 200, msg: "success", data }, product).observation;
      expect([product, value, read]).toMatchObject([product, value, { product, kind: "pending", failure: null }]);
    }
});

test("what is submitted has a path, fields that let unknown ones pass, and a record to ask for", () => {
  for (const product of NAMED) {
    const { submit, record } = entryOf(product) ?? {};
    const asked = product === "timestamped_lyrics" ? /^none$/ : /^\/api\/v1\/.+\/record-info$/;
    expect([product, record?.path ?? "none"]).toEqual([product, expect.stringMatching(asked) as unknown]);
    if ((submit ?? null) === null) continue;
    expect([product, submit?.path]).toEqual([product, expect.stringMatching(/^\/api\/v1\//) as unknown]);
    const required = submit?.fields.safeParse({ new_field: 1 });
    expect([product, JSON.stringify(required?.error?.issues ?? []).includes("new_field")]).toEqual([product, false]);
  }
  const wav = entryOf("wav")?.submit?.fields.parse({ taskId: "t", audioId: "a", new_field: 1 });
  expect(wav).toEqual({ taskId: "t", audioId: "a", new_field: 1 });
});

/** By their pages: what has to be sent, and what it costs; null is not submitted through us. */
const ASKED: Readonly<Record<NamedProduct, readonly [fields: string, credits: number] | null>> = {
  add_instrumental: ["uploadUrl tags title negativeTags", 12],
  generate: ["customMode instrumental model", 12],
  extend: ["defaultParamFlag audioId model", 12],
  upload_cover: ["uploadUrl model", 12],
  upload_extend: ["uploadUrl defaultParamFlag model", 12],
  add_vocals: ["uploadUrl style title negativeTags", 12],
  replace_section: ["prompt tags title fullLyrics infillStartS infillEndS", 5],
  mashup: ["uploadUrlList model", 12],
  sounds: ["prompt model", 2.5],
  wav: ["taskId audioId", 0.4],
  stems: ["", 10],
  video: ["taskId audioId", 2],
  midi: ["taskId", 0],
  cover_art: ["taskId", 0],
  lyrics: ["prompt", 0.4],
  timestamped_lyrics: ["taskId audioId", 0.5],
  recovery: null,
  voice: null,
};

test("each product wants the fields that its page requires, and costs what the price list says", () => {
  for (const product of NAMED) {
    const submit = entryOf(product)?.submit ?? null;
    const missing = submit?.fields.safeParse({}).error?.issues.map(({ path }) => path.join(".")) ?? [];
    const asked = submit === null ? null : [missing.toSorted(), submit.credits({})];
    const [fields = "", credits] = ASKED[product] ?? [];
    const wanted = fields.split(" ").filter((name) => name !== "");
    expect([product, asked]).toEqual([product, ASKED[product] === null ? null : [wanted.toSorted(), credits]]);
  }
});

test("no field that the pages of a product name is told as unknown, and a misspelt one is", () => {
  const all =
    "vocalGender styleWeight weirdnessConstraint audioWeight model lyrics variety duration personaId personaModel";
  const named: Partial<Record<NamedProduct, string>> = {
    add_instrumental: "uploadUrl title tags negativeTags",
    generate: "prompt style title negativeTags customMode instrumental",
    extend: "prompt style title negativeTags defaultParamFlag audioId continueAt",
    upload_cover: "prompt style title negativeTags uploadUrl customMode instrumental",
    upload_extend: "prompt style title negativeTags uploadUrl defaultParamFlag instrumental continueAt",
    add_vocals: "prompt style title negativeTags uploadUrl",
    replace_section: "taskId audioId uploadUrl prompt tags title negativeTags fullLyrics infillStartS infillEndS",
    mashup: "prompt style title negativeTags uploadUrlList customMode instrumental",
    sounds: "prompt soundLoop soundTempo soundKey grabLyrics",
  };
  const others: Partial<Record<NamedProduct, string>> = {
    wav: "taskId audioId",
    stems: "taskId audioId audioUrl type stemName",
    video: "taskId audioId author domainName",
    midi: "taskId audioId",
    cover_art: "taskId",
    lyrics: "prompt",
  };
  const wanted = [
    ...Object.entries(named).map(([product, names]) => [product, `${names} ${all}`]),
    ...Object.entries(others),
  ];
  for (const [product, names = ""] of wanted) {
    const known = NAMED.find((one) => one === product);
    const fields = Object.fromEntries(names.split(" ").map((name) => [name, "V6"]));
    expect([product, unknownOptions({ product: known, ...fields }, () => "")]).toEqual([product, []]);
    expect(unknownOptions({ product: known, negativTags: "x" }, () => "")).toHaveLength(1);
  }
});

const ofTrack = { taskId: "t", audioId: "a" };
const custom = { customMode: true, instrumental: false, prompt: "p", style: "s", title: "t" };
const extended = { defaultParamFlag: true, prompt: "p", style: "s", title: "t", continueAt: 5 };
const section = { ...ofTrack, infillStartS: 1.1, infillEndS: 11.1 };

test.each([
  ["generate", custom, []],
  ["generate", { ...custom, prompt: undefined, lyrics: "la" }, []],
  ["generate", { ...custom, prompt: undefined, instrumental: true }, []],
  ["generate", { customMode: false, instrumental: true, prompt: "p" }, []],
  ["generate", { customMode: false, instrumental: true }, ["prompt or lyrics: is missing"]],
  ["generate", { ...custom, prompt: undefined }, ["prompt or lyrics: is missing"]],
  ["generate", { ...custom, style: undefined, title: null }, ["style: is missing.*title: is missing"]],
  ["extend", extended, []],
  ["extend", { defaultParamFlag: false }, []],
  ["extend", { defaultParamFlag: true, lyrics: "la" }, ["^style: .*; title: .*; continueAt: "]],
  ["replace_section", section, []],
  ["replace_section", { ...section, taskId: undefined, audioId: undefined, uploadUrl: "u", model: "V6" }, []],
  ["replace_section", { ...section, audioId: undefined }, ["give either taskId and audioId, or uploadUrl and model"]],
  ["replace_section", { ...section, infillEndS: 11.09 }, ["infillEndS: must be at least 10 s after infillStartS"]],
  ["replace_section", { ...section, infillEndS: 0 }, ["infillEndS: must be at least 10 s after infillStartS"]],
  ["stems", { ...ofTrack, type: "split_stem" }, []],
  ["stems", { audioUrl: "u" }, []],
  ["stems", { taskId: "t" }, ["give either taskId and audioId, or audioUrl"]],
  ["stems", { ...ofTrack, type: "split_stem_advanced", stemName: "Vocals" }, []],
  ["stems", { ...ofTrack, type: "split_stem_advanced" }, ["stemName: is missing"]],
  ["upload_extend", { defaultParamFlag: true }, []],
] as const)("what %s needs of its fields together is told before it is paid for: %j", (product, request, told) => {
  const broken = entryOf(product)?.submit?.rules.flatMap((rule) => rule.broken(request) ?? []);
  expect(broken).toEqual(told.map((words) => expect.stringMatching(words) as unknown));
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

test("every field that takes links alone is known as one, so that what is behind it is checked", () => {
  for (const product of PRODUCTS) {
    const submit = entryOf(product)?.submit ?? null;
    const names = Object.keys(submit?.fields.shape ?? {});
    const links = names.filter((name) => takesLinksAlone(z.instanceof(z.ZodType).parse(submit?.fields.shape[name])));
    expect([product, submit === null ? [] : linkFields(submit.fields)]).toEqual([product, links]);
  }
});

/** A link, or a list of one or two. */
function takesLinksAlone(schema: z.ZodType): boolean {
  const [link, none] = ["https://a.example.com/b.mp3", "no link"];
  return [
    [link, none],
    [[link], [none]],
    [
      [link, link],
      [none, none],
    ],
  ].some(([good, bad]) => schema.safeParse(good).success && !schema.safeParse(bad).success);
}

const brokenIn = (product: NamedProduct, request: object): readonly string[] =>
  entryOf(product)?.submit?.rules.flatMap((rule) => rule.broken({ ...request }) ?? []) ?? [];

test("a rule across fields names what is missing or too near, and says nothing of what it cannot judge", () => {
  expect(brokenIn("replace_section", { taskId: "t", audioId: "a", infillStartS: 10, infillEndS: 20 })).toEqual([]);
  expect(brokenIn("replace_section", { uploadUrl: "u", model: "m", infillStartS: "10", infillEndS: 11 })).toEqual([]);
  expect(brokenIn("replace_section", { taskId: "t", infillStartS: 10, infillEndS: 19 })).toEqual([
    "taskId: give either taskId and audioId, or uploadUrl and model",
    "infillEndS: must be at least 10 s after infillStartS",
  ]);
  expect(brokenIn("stems", { audioUrl: "u", type: "split_stem_advanced" })).toEqual([
    "stemName: is missing, and is needed where type is split_stem_advanced",
  ]);
  expect(brokenIn("generate", { customMode: true, instrumental: true, style: "jazz", title: "Night" })).toEqual([]);
});
