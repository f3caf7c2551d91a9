/** The simulation holds the laws over some lives, and shows a life again from its seed. That it finds planted bugs is tried in CI. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import expected from "../drive/simulate/scripted-lives.json" with { type: "json" };

const MAIN = fileURLToPath(new URL("../drive/simulate/main.ts", import.meta.url).href);

test("the laws hold over some hundred lives", async () => {
  const { code, output } = await simulate("--lives", "300", "--seed", "1");
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(/^300 lives from seed 1 .* 0 broke a law\.\n$/) as unknown,
  });
});

/** Seeds that broke a law once, by what was wrong. */
test.each([
  ["the first step of a deletion fails, and its alarm is lost", "39207"],
  ["both takes are one, and a link that was no better is fetched for ever", "620"],
  ["R2 lost a settled task's cover, and then the alarm that was to fetch it is lost", "303750"],
  ["a settled task is rebuilt while its alarm is lost, and the watchdog forgets it", "313963"],
  ["a task is adopted and its alarm lost before the catalog knows of it", "2329"],
  ["what a rebuild puts lands after what was published meanwhile", "824078"],
  ["what a wish puts lands after what was published meanwhile", "91001530"],
  ["a put for a wish ends between the put of the run and what is recorded of it", "520425"],
  ["a superseded instance publishes a wish that is lost", "810271"],
  ["the final link is tried by an instance that crashes, and the earlier file stays", "91006778"],
  ["the final link was to be tried by an instance that dies before its log is stored", "200074870"],
])("it does not happen again: %s", async (_, seed) => {
  const { code, output } = await simulate("--lives", "1", "--seed", seed);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("0 broke a law") as unknown });
});

test("a life that broke a law is shown again by its seed, event by event", async () => {
  const broken = await simulate("--plant", "record-before-put", "--seed", "1");
  expect(broken.code).toBe(1);
  const again = /Again: npm run simulate -- (.*)/.exec(broken.output)?.[1] ?? "";
  const first = await simulate(...again.split(" "));
  const second = await simulate(...again.split(" "));
  expect(first.code).toBe(1);
  expect(first.output).toContain("VIOLATION stored: ");
  expect(eventsOf(first.output)).toEqual(eventsOf(second.output));
});

test.each([
  ["--lives", "0"],
  ["--plant", "weeds"],
  ["--bogus", "1"],
])("%s %s is refused with a sentence", async (...args) => {
  const { code, output } = await simulate(...args);
  expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(/^.*--.*\n$/) as unknown });
});

test("the scripted lives end on the models as they are written down, and as workerd ends them", async () => {
  const { output } = await run(fileURLToPath(new URL("../drive/simulate/calm.ts", import.meta.url).href));
  expect(JSON.parse(output)).toEqual(expected);
});

interface Run {
  readonly code: number;
  /** What it printed, and what went wrong. */
  readonly output: string;
}

function simulate(...args: readonly string[]): Promise<Run> {
  return run(MAIN, ...args);
}

function run(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile("node", [...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** The last line tells how long it took. */
function eventsOf(output: string): readonly string[] {
  return output.split("\n").filter((line) => !line.includes(" a second)"));
}
