/** Bodies that parsers stumble over. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../../src/core/ids.ts";
import { message, newTaskId } from "../messages.ts";
import { callback, inboxEntries, reading, viewOf, worker } from "../worker.ts";

const LEVELS = 100_000;
const encoder = new TextEncoder();

/** `T` stands for the task's id. What is accepted reports `text` of that task; the rest belongs to no task. */
const ACCEPTED: Readonly<Record<string, string>> = {
  plain: '{"code":200,"data":{"callbackType":"text","task_id":"T","data":[]}}',
  "white space": ' \t\r\n{ "code" : 200 , "data" : { "callbackType" : "text" , "task_id" : "T" } } \n',
  "a byte order mark": '\ufeff{"code":200,"data":{"callbackType":"text","task_id":"T","data":[]}}',
  "the last of two keys": '{"code":500,"code":200,"data":{"callbackType":"text","task_id":"x","task_id":"T"}}',
  "escaped letters": '{"c\\u006fde":200,"data":{"callbackType":"te\\u0078t","task_id":"T"}}',
  "unknown fields": '{"code":200,"new":{"a":[1,2]},"data":{"callbackType":"text","task_id":"T","more":null}}',
  "a huge number": '{"code":200,"n":1e400,"m":-1E+9999,"data":{"callbackType":"text","task_id":"T"}}',
  "a long number": `{"code":200,"n":${"9".repeat(5_000)},"data":{"callbackType":"text","task_id":"T"}}`,
  __proto__:
    '{"__proto__":{"code":500},"code":200,"data":{"__proto__":{"callbackType":"error"},"callbackType":"text","task_id":"T"}}',
  constructor: '{"constructor":{"prototype":{"polluted":1}},"code":200,"data":{"callbackType":"text","task_id":"T"}}',
  "a lone surrogate":
    '{"code":200,"msg":"\\ud800","data":{"callbackType":"text","task_id":"T","data":[{"id":"t","title":"\\udfff"}]}}',
  "an escaped NUL": '{"code":200,"msg":"a\\u0000b","data":{"callbackType":"text","task_id":"T"}}',
  "a track that is no object":
    '{"code":200,"data":{"callbackType":"text","task_id":"T","data":[null,1,"x",[],{},{"id":"t"}]}}',
};
/** By the reason that the inbox gives. */
const KEPT_ASIDE: Readonly<
  Record<"not_json" | "not_utf8" | "no_task_id", Readonly<Record<string, string | Uint8Array>>>
> = {
  not_json: {
    nothing: "",
    blanks: "  \n ",
    "half an object": '{"code":200,"data":{"callbackType":"text","task_id":"T"',
    "a trailing comma": '{"code":200,"data":{"callbackType":"text","task_id":"T",}}',
    "single quotes": "{'code':200,'data':{'task_id':'T'}}",
    "a comment": '{"code":200,/* */"data":{"task_id":"T"}}',
    "two documents": '{"data":{"task_id":"T"}}{"data":{"task_id":"T"}}',
    "a raw NUL": '{"data":{"task_id":"T"},"msg":"a\u0000b"}',
    "NaN and Infinity": '{"code":NaN,"n":Infinity,"data":{"task_id":"T"}}',
    "a leading zero": '{"code":0200,"data":{"task_id":"T"}}',
    "deep arrays": "[".repeat(LEVELS),
    "deep objects": '{"a":'.repeat(LEVELS),
    "UTF-16": utf16('{"data":{"task_id":"T"}}'),
  },
  not_utf8: {
    "gzip, undeclared": Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
    "a cut character": Uint8Array.of(...encoder.encode('{"data":{"task_id":"T"},"msg":"'), 0xe2, 0x82),
  },
  no_task_id: {
    "an array": '[{"code":200,"data":{"task_id":"T"}}]',
    "a string": '"T"',
    null: "null",
    "deep and closed": "[".repeat(LEVELS) + "]".repeat(LEVELS),
    "an id that is an object": '{"code":200,"data":{"callbackType":"text","task_id":{"id":"T"}}}',
    "an id that is a path": '{"code":200,"data":{"callbackType":"text","task_id":"../T"}}',
  },
};
const keptAside = Object.entries(KEPT_ASIDE).flatMap(([reason, bodies]) =>
  Object.entries(bodies).map(([name, body]) => [name, reason, body] as const),
);

test.each(Object.entries(ACCEPTED))("read: %s", async (_, body) => {
  const taskId = newTaskId();
  expect((await worker(callback(body.replaceAll('"T"', `"${taskId}"`)))).status).toBe(200);
  expect((await viewOf(taskId)).stage).toBe("text");
});

test.each(keptAside)("answered and kept aside: %s", async (_, reason, body) => {
  const taskId = newTaskId();
  const sent = typeof body === "string" ? body.replaceAll("T", taskId) : body;
  expect((await worker(callback(sent))).status).toBe(200);
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
  const bytes = typeof sent === "string" ? encoder.encode(sent) : sent;
  const sha256 = sha256Hex(bytes);
  const kept = (await inboxEntries()).filter((entry) => entry.sha256 === sha256);
  expect(kept).toMatchObject([
    { sha256, reason, verdict: "token", taskId: null, bytes: bytes.length, body: shown(bytes, reason) },
  ]);
});

test("bytes that are no UTF-8 inside a message are kept as they came", async () => {
  const taskId = newTaskId();
  const [head = "", tail = ""] = JSON.stringify({ ...message(taskId, "text"), msg: "#" }).split("#");
  const body = Uint8Array.from([...encoder.encode(head), 0xff, 0xfe, 0xc0, ...encoder.encode(tail)]);
  expect((await worker(callback(body))).status).toBe(200);
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
  const kept = (await inboxEntries()).filter(({ reason }) => reason === "not_utf8").map(({ bytes }) => bytes);
  expect(kept).toContain(body.length);
});

test("nothing that was sent has changed what objects are", () => {
  expect(Object.getOwnPropertyNames({})).toEqual([]);
  expect("polluted" in {}).toBe(false);
});

/** A body as the inbox lists it. */
function shown(bytes: Uint8Array, reason: string): string {
  return reason === "not_utf8" ? bytes.toBase64() : new TextDecoder().decode(bytes);
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from(Array.from(text, (letter) => [letter.charCodeAt(0), 0]).flat());
}
