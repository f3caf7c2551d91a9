/** The list as a person works with it: unfolded to its end, searched while a song plays. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import type { Plan } from "../rig/provider/hostile/plan.ts";
import { logIn, startBrowser, visit } from "./visitor.ts";

const STEP_MS = 10_000;
const OPEN: Plan = [{ type: "stage", stage: "text", afterMs: 0 }];
const TASKS = 45;

let stand: Stand;
let browser: Browser;
let songId: string;
let oldestId: string;

beforeAll(async () => {
  [stand, browser] = await Promise.all([startStand({ timeScale: 1, provider: { songSeconds: 20 } }), startBrowser()]);
  ({ taskId: oldestId } = stand.submit("The oldest", OPEN));
  await stand.viewWhen(oldestId, ({ stage }) => stage === "text");
  const sent = Array.from({ length: TASKS }, (_, n) => stand.submit(`Task ${n}`, OPEN));
  for (const { taskId } of sent) await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  ({ taskId: songId } = stand.submit("Harbour lights"));
  await stand.viewWhen(songId, ({ tracks }) => tracks.some(({ audio }) => audio.state === "stored"));
  await stand.finished(songId);
});
afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("a list that is unfolded to its end loses no task when one comes, and its last rows follow what becomes of them", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await expect
    .poll(async () => (await page.evaluate("scrollTo(0, document.body.scrollHeight)"), (await rows(page)).length), {
      timeout: STEP_MS,
    })
    .toBe(TASKS + 2);
  const before = await rows(page);
  const { taskId } = stand.submit("Came late", OPEN);
  await page.locator(`#task-${taskId}`).waitFor({ timeout: STEP_MS });
  await expect.poll(() => rows(page), { timeout: STEP_MS }).toEqual([`task-${taskId}`, ...before]);

  const last = page.locator(`#task-${oldestId}`);
  expect(await last.textContent()).not.toContain("complete");
  await stand.complete(oldestId, [{ id: "one", title: "The oldest", audio_url: stand.provider.sourceUrl("vocals") }]);
  await last.getByText("complete").waitFor({ timeout: STEP_MS });
  expect((await rows(page)).length).toBe(TASKS + 3);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("what plays goes on while the list is searched, and the bar keeps its song", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.getByRole("button", { name: "Play Harbour lights" }).click();
  const bar = page.getByRole("region", { name: "Player" });
  const audio = page.locator("audio");
  await expect.poll(() => position(page)).toBeGreaterThan(0.3);
  await page.getByLabel("Title, id or ref").fill("no such song");
  await page.getByText("Nothing matches").waitFor({ timeout: STEP_MS });
  const then = await position(page);
  await expect.poll(() => position(page)).toBeGreaterThan(then + 0.3);
  expect(await bar.getByText("Harbour lights").isVisible()).toBe(true);

  await page.getByLabel("Title, id or ref").fill("harbour");
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator(`#task-${songId}`).getByRole("button", { name: "Pause Harbour lights" }).click();
  await expect.poll(() => audio.evaluateAll((all: HTMLAudioElement[]) => all.every(({ paused }) => paused))).toBe(true);
  const stopped = await position(page);
  expect(stopped).toBeGreaterThan(then + 0.3);
  await page.getByLabel("Title, id or ref").fill("task 3");
  await page.locator(`#task-${songId}`).waitFor({ state: "detached", timeout: STEP_MS });
  expect(await bar.getByText("Harbour lights").isVisible()).toBe(true);
  await bar.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => position(page)).toBeGreaterThan(stopped);
  expect(faults).toEqual([]);
  await visitor.leave();
});

function rows(page: Page): Promise<string[]> {
  return page.locator("#list .tasks > li").evaluateAll((all) => all.map(({ id }) => id));
}

/** Of the song that is furthest. */
function position(page: Page): Promise<number> {
  return page
    .locator("audio")
    .evaluateAll((all: HTMLAudioElement[]) => Math.max(...all.map(({ currentTime }) => currentTime)));
}
