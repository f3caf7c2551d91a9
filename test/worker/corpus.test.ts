/** Bodies that parsers stumble over, and crowds at the door. */
import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { message, newTaskId } from "./messages.ts";
import { SECRETS } from "./secrets.ts";
import { callback, inboxEntries, reading, request, viewOf, worker, workerWith } from "./worker.ts";

const LEVELS = 100_000;
const STRANGERS = 10_000;
const AT_ONCE = 100;
const ROUNDS = 300;

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
const KEPT_ASIDE: Readonly<Record<string, string | Uint8Array>> = {
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
  "an array": '[{"code":200,"data":{"task_id":"T"}}]',
  "a string": '"T"',
  null: "null",
  "deep arrays": "[".repeat(LEVELS),
  "deep and closed": "[".repeat(LEVELS) + "]".repeat(LEVELS),
  "deep objects": '{"a":'.repeat(LEVELS),
  "UTF-16": utf16('{"data":{"task_id":"T"}}'),
  "gzip, undeclared": Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
  "an id that is a number": '{"code":200,"data":{"callbackType":"text","task_id":12}}',
  "an id that is a path": '{"code":200,"data":{"callbackType":"text","task_id":"../T"}}',
};

test.each(Object.entries(ACCEPTED))("read: %s", async (_, body) => {
  const taskId = newTaskId();
  expect((await worker(callback(body.replaceAll('"T"', `"${taskId}"`)))).status).toBe(200);
  expect((await viewOf(taskId)).stage).toBe("text");
});

test.each(Object.entries(KEPT_ASIDE))("answered and kept aside: %s", async (_, body) => {
  const taskId = newTaskId();
  const sent = typeof body === "string" ? body.replaceAll("T", taskId) : body;
  expect((await worker(callback(sent))).status).toBe(200);
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
});

test("bytes that are no UTF-8 inside a message are kept as they came", async () => {
  const taskId = newTaskId();
  const [head = "", tail = ""] = JSON.stringify({ ...message(taskId, "text"), msg: "#" }).split("#");
  const encoder = new TextEncoder();
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

const tokenless = (): Request => request("/callback", { method: "POST", body: "{}" });

test("ten thousand strangers leave no byte", async () => {
  const before = await everything();
  const doors = [
    () => callback(message(newTaskId(), "complete"), { token: crypto.randomUUID() }),
    tokenless,
    () => request(`/tasks/${newTaskId()}`),
    () => request("/tasks", { method: "POST", body: '{"title":"x"}' }),
    () => request(`/tasks/${newTaskId()}/retry`, { method: "POST" }),
    () => request(`/tasks/${newTaskId()}`, { method: "DELETE" }),
    () => request(`/tasks/${newTaskId()}?share=${crypto.randomUUID()}`),
    () => request("/inbox", { headers: { cookie: "__Host-backline=e30.AAAA" } }),
  ];
  const doorAt = (index: number) => doors[index % doors.length] ?? tokenless;
  for (let first = 0; first < STRANGERS; first += AT_ONCE) {
    const statuses = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => (await worker(doorAt(first + index)())).status),
    );
    expect(statuses.filter((status) => status !== 401)).toEqual([]);
  }
  expect(await everything()).toEqual(before);
});

test("how long a refusal takes does not tell how much of the token was right", async () => {
  const { CALLBACK_TOKEN } = SECRETS;
  const wrong = "~".repeat(CALLBACK_TOKEN.length);
  const nearly = `${CALLBACK_TOKEN.slice(0, -1)}~`;
  const open = workerWith({});
  const times = { wrong: [] as number[], nearly: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, token] of round % 2 === 0 ? pairs(wrong, nearly) : pairs(wrong, nearly).toReversed()) {
      const startedAt = performance.now();
      await open(callback("{}", { token }));
      times[name].push(performance.now() - startedAt);
    }
  // A clock that stands still while code runs, as workerd's does, tells nothing at all.
  expect(Math.abs(median(times.nearly) - median(times.wrong))).toBeLessThan(1);
});

function pairs(wrong: string, nearly: string): (readonly ["wrong" | "nearly", string])[] {
  return [
    ["wrong", wrong],
    ["nearly", nearly],
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function everything(): Promise<unknown> {
  const [tasks, files, state] = await Promise.all([
    listDurableObjectIds(env.TASKS),
    env.AUDIO.list(),
    env.STATE.list(),
  ]);
  return {
    tasks: tasks.map(String).toSorted(),
    files: files.objects.map(({ key, size }) => [key, size]),
    state: state.keys.map(({ name }) => name),
  };
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from(Array.from(text, (letter) => [letter.charCodeAt(0), 0]).flat());
}
