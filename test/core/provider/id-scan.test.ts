/** Ids are found without parsing, and a megabyte of anything is passed over in no time. */
import { expect, test } from "vitest";
import { scanTaskIds } from "../../../src/core/provider/id-scan.ts";
import { median } from "../../drive/bench/figures.ts";

const MIB = 1_024 * 1_024;
/** A machine that is busy elsewhere takes longer: the goal is 5 ms for all that is done to a stranger's body. */
const MOST_MS = 100;

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
    const times = Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      expect(scanTaskIds(text).length).toBeLessThanOrEqual(8);
      return performance.now() - startedAt;
    });
    expect([piece, median(times) < MOST_MS]).toEqual([piece, true]);
  }
});
