/** A task's page in a browser: it follows by itself, its tracks play, and what is to be done about it can be done. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import type { Plan } from "../rig/provider/hostile/plan.ts";
import { logIn, screenshot, startBrowser, violations, visit } from "./visitor.ts";

const STEP_MS = 5_000;
const SLOWLY: Plan = [
  { type: "stage", stage: "text", afterMs: 0 },
  { type: "stage", stage: "first", afterMs: 400_000 },
  { type: "stage", stage: "complete", afterMs: 800_000 },
];

let stand: Stand;
let browser: Browser;

beforeAll(async () => {
  [stand, browser] = await Promise.all([
    startStand({ timeScale: 100, vars: { ASSESS: "full" }, provider: { songSeconds: 8 } }),
    startBrowser(),
  ]);
});

afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("a task is followed from its first callback to its stored tracks without a reload", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  const { taskId } = stand.submit("Followed", SLOWLY);
  const row = page.locator(`#task-${taskId}`);
  await row.waitFor({ timeout: STEP_MS });
  await row.getByRole("link").click();
  await page.evaluate("window.mark = 'the same document'");
  const stages = page.getByRole("list", { name: "Stages" }).getByRole("listitem");
  for (const stage of ["first", "complete"]) {
    await stand.viewWhen(taskId, (view) => view.stage === stage);
    const shown = page.locator(`#stage-${stage}[data-state="done"]`);
    await shown.waitFor({ timeout: STEP_MS });
  }
  expect(await stages.count()).toBe(3);
  await stand.finished(taskId);
  await page.getByText("Complete. 2 of 2 takes kept.").first().waitFor({ timeout: STEP_MS });
  await page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  expect(await page.locator("#announcement").textContent()).toContain("Complete. 2 of 2 takes kept.");
  expect(await page.evaluate("window.mark")).toBe("the same document");
  expect(faults).toEqual([]);
  expect(await violations(page)).toEqual([]);
  await visitor.leave();
});

test("a kept track plays, and goes where it is sent by a range request", async () => {
  const { taskId } = stand.submit("Played");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page, faults, answers } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  const wave = page.locator(".wave").first();
  await wave.waitFor({ timeout: STEP_MS });
  const audio = page.locator("audio").first();
  await audio.evaluate((element: HTMLAudioElement) => element.play());
  await expect.poll(() => audio.evaluate((element: HTMLAudioElement) => element.currentTime)).toBeGreaterThan(0.2);
  const box = await wave.boundingBox();
  if (box === null) throw new Error("the waveform has no box");
  await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
  await expect.poll(() => audio.evaluate((element: HTMLAudioElement) => element.currentTime)).toBeGreaterThan(5.5);
  expect(answers.filter(({ path }) => path.endsWith("/audio")).map(({ status }) => status)).toContain(206);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("what plays goes on while the page changes around it", async () => {
  const { taskId } = stand.submit("Undisturbed");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.locator(".wave").first().waitFor({ timeout: STEP_MS });
  const audio = page.locator("audio").first();
  await audio.evaluate(async (element: HTMLAudioElement) => {
    element.loop = true;
    await element.play();
  });
  const version = Number(await page.locator("#task").getAttribute("data-version"));
  await stand.client.get(`/tasks/${taskId}/assess`, { method: "POST" });
  await expect
    .poll(async () => Number(await page.locator("#task").getAttribute("data-version")), { timeout: STEP_MS })
    .toBeGreaterThan(version);
  expect(await audio.evaluate((element: HTMLAudioElement) => [element.paused, element.currentTime > 0])).toEqual([
    false,
    true,
  ]);
  await visitor.leave();
});

test("a page that cannot reach the Worker says so, and goes on when it can", async () => {
  const { taskId } = stand.submit("Cut off", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.route("**/tasks/**", (route) => route.abort());
  await stand.viewWhen(taskId, ({ stage }) => stage === "first");
  await page.getByText("The Worker cannot be reached").waitFor({ timeout: 30_000 });
  await page.unroute("**/tasks/**");
  await page.locator('#stage-first[data-state="done"]').waitFor({ timeout: 10_000 });
  await expect.poll(() => page.locator("#live").textContent()).toBe("");
  await visitor.leave();
});

test("a command says what it did, or that it could not, on the page where it was given", async () => {
  const { taskId } = stand.submit("Commanded", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  expect(await page.title()).toMatch(/^… .* · Backline$/);
  expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/assets/icon-busy.svg");
  expect(await page.locator("time[data-local]").first().getAttribute("title")).toMatch(/ = .* UTC$/);
  await page.evaluate("window.mark = 'the same document'");
  await page.locator("#more > summary").click();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("status").getByText("Trying again").waitFor({ timeout: STEP_MS });
  expect(faults).toEqual([]);
  await page.route("**/retry", (route) => route.abort());
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("status").getByText("nothing was changed").waitFor({ timeout: STEP_MS });
  expect(await page.evaluate("window.mark")).toBe("the same document");
  await stand.finished(taskId);
  await expect.poll(() => page.title(), { timeout: STEP_MS }).toMatch(/^✓ /);
  await visitor.leave();
});

test("a session that has ended is told as that, with the way back in", async () => {
  const { taskId } = stand.submit("Left open", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.locator("#more > summary").click();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Try again" }).click();
  const said = page.locator("#live");
  await said.getByText("Your session has ended. Nothing was changed.").waitFor({ timeout: STEP_MS });
  await said.getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("API token").fill(API_TOKEN);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`**/tasks/${taskId}`);
  expect(await said.textContent()).toBe("");
  await visitor.leave();
});

test("a task that was deleted elsewhere is said to be, offers nothing, and is asked about no more", async () => {
  const { taskId } = stand.submit("Deleted elsewhere", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin);
  const { page, answers } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  expect((await stand.client.get(`/tasks/${taskId}`, { method: "DELETE" })).status).toBe(204);
  await page.getByRole("alert").getByText("This task was deleted").waitFor({ timeout: 30_000 });
  expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  expect(await page.title()).toBe("Deleted · Backline");
  const asked = answers.length;
  await page.waitForTimeout(3_000);
  expect(answers.length).toBe(asked);
  await visitor.leave();
});

test("who asks to be told and does not allow it is told why not", async () => {
  const { taskId } = stand.submit("Not allowed", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await page.addInitScript(`
    window.Notification = class { static permission = "default"; static requestPermission = async () => (Notification.permission = "denied"); };
  `);
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.getByRole("button", { name: "Tell me when it is done" }).click();
  await page.getByRole("button", { name: /^Not allowed: / }).waitFor({ timeout: STEP_MS });
  expect(await page.locator("#announcement").textContent()).toMatch(/^Not allowed: /);
  await visitor.leave();
});

test("a picture that is not there yet is asked for again", async () => {
  const { taskId } = stand.submit("Pictured late");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  let times = 0;
  await page.route("**/waveform", (route) => ((times += 1) <= 2 ? route.fulfill({ status: 404 }) : route.continue()));
  await page.goto(`/tasks/${taskId}`);
  await page
    .getByRole("slider", { name: /^Position in / })
    .nth(1)
    .waitFor({ timeout: STEP_MS });
  expect(times).toBe(4);
  await visitor.leave();
});

test("who asks for it is told by the browser when a task has come to its end", async () => {
  const { taskId } = stand.submit("Awaited", SLOWLY);
  await stand.viewWhen(taskId, ({ stage }) => stage === "text");
  const visitor = await visit(browser, stand.origin, { permissions: ["notifications"] });
  const { page } = visitor;
  await page.addInitScript(`
    window.told = [];
    window.Notification = class extends EventTarget {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title, { body }) { super(); told.push(title + ": " + body); }
    };
  `);
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.getByRole("button", { name: "Tell me when it is done" }).click();
  await page.locator("[data-tell-me][aria-pressed=true]").getByText("You will be told when it is done").waitFor();
  await stand.finished(taskId);
  await expect
    .poll(() => page.evaluate("told"), { timeout: STEP_MS })
    .toEqual(["Awaited: Complete. 2 of 2 takes kept."]);
  await visitor.leave();
});

test("one take is shared as a page that plays it, alone", async () => {
  const { taskId } = stand.submit("Passed on");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  await logIn(visitor, API_TOKEN);
  await visitor.page.goto(`/tasks/${taskId}`);
  await visitor.page.locator("#share > summary").click();
  await visitor.page.getByLabel("What", { exact: true }).selectOption({ label: "take 2 alone" });
  await visitor.page.getByRole("button", { name: "Make link" }).click();
  const link = (await visitor.page.locator("#share-link").textContent()) ?? "";
  const guest = await visit(browser, stand.origin);
  await guest.page.goto(link);
  await guest.page.locator(".wave").waitFor({ timeout: STEP_MS });
  expect(await guest.page.getByRole("heading", { level: 2 }).allTextContents()).toEqual(["Passed on (take 2)"]);
  const audio = guest.page.locator("audio");
  await audio.evaluate((element: HTMLAudioElement) => element.play());
  await expect.poll(() => audio.evaluate((element: HTMLAudioElement) => element.currentTime)).toBeGreaterThan(0.2);
  await screenshot(guest.page, "guest-take");
  expect(guest.faults).toEqual([]);
  expect(await violations(guest.page)).toEqual([]);
  await guest.leave();
  await visitor.leave();
});

test("a task is deleted after a confirmation, and a share link is made", async () => {
  const { taskId } = stand.submit("Unwanted");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.locator("#share > summary").click();
  await page.getByRole("button", { name: "Make link" }).click();
  const link = (await page.locator("#share-link").textContent()) ?? "";
  const guest = await visit(browser, stand.origin);
  await guest.page.goto(link);
  await guest.page.locator(".wave").first().waitFor({ timeout: STEP_MS });
  expect(await guest.page.getByRole("navigation").count()).toBe(0);
  expect(await guest.page.getByRole("link", { name: /^Download/ }).count()).toBe(0);
  expect(await guest.page.getByRole("button", { name: "A/B" }).count()).toBe(1);
  expect(await guest.page.getByRole("heading", { name: "Timeline" }).count()).toBe(0);
  expect(await guest.page.getByRole("button", { name: "Delete" }).count()).toBe(0);
  expect(guest.faults).toEqual([]);
  await page.goto(`/tasks/${taskId}`);
  const confirm = page.getByRole("button", { name: "Delete task and files" });
  expect(await confirm.isVisible()).toBe(false);
  await page.locator("#more > summary").click();
  await page.getByText("Delete…").click();
  await screenshot(page, "task-delete");
  await confirm.click();
  await page.waitForURL("**/tasks");
  expect((await stand.client.get(`/tasks/${taskId}`)).status).toBe(410);
  expect(faults).toEqual([]);
  await guest.leave();
  await visitor.leave();
});
