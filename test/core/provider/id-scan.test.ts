/** Ids are found without parsing, and a megabyte of anything is passed over in no time. */
import { expect, test } from "vitest";
import { scanTaskIds } from "../../../src/core/provider/id-scan.ts";

const MIB = 1_024 * 1_024;
/** All that is done to a stranger's body: it is read as text and looked through. The rest is a few hashes of an id. */
const MOST_MS = 5;
/** The least of them is what it costs; the others waited for the machine, so a busy one has more of them. */
const TRIES = 20;
const MOST_TRIES = 400;

test("an id is found in every place where one may stand", () => {
  for (const text of [
    '{"data":{"task_id":"abc"}}',
    '{"data":{"taskId" : "abc"}}',
    '{"taskId":\n"abc","data":null}',
    '{"task_id":" abc "}',
    'no JSON, but "taskid":"abc"',
  ])
    expect([text, scanTaskIds(text)]).toEqual([text, ["abc"]]);
  expect(scanTaskIds('{"taskId":12345,"data":{"task_id":"b","response":{"taskId":"c"}}}')).toEqual(["12345", "b", "c"]);
});

test("what can be no id is none", () => {
  for (const text of ['{"taskId":""}', '{"taskId":".."}', '{"taskId":"a/b"}', '{"taskId":null}', '{"xtaskId":"a"}', ""])
    expect([text, scanTaskIds(text)]).toEqual([text, []]);
});

test("only the first few of many count, and it takes no time", () => {
  const pieces = [
    '"taskId":"x",',
    '"task_id"        ',
    '"task_id":"',
    '"',
    '{"a":[',
    " ",
    "taskId",
    '"taskId":"RANDOM",',
  ];
  for (const piece of pieces) {
    let count = 0;
    const text = piece.repeat(Math.ceil(MIB / piece.length)).replaceAll("RANDOM", () => String((count += 1)));
    const bytes = new TextEncoder().encode(text);
    let least = Infinity;
    for (let tried = 0; tried < TRIES || (least >= MOST_MS && tried < MOST_TRIES); tried += 1) {
      const startedAt = performance.now();
      const found = scanTaskIds(new TextDecoder().decode(bytes));
      least = Math.min(least, performance.now() - startedAt);
      expect(found.length).toBeLessThanOrEqual(8);
    }
    expect([piece, least < MOST_MS]).toEqual([piece, true]);
  }
});
