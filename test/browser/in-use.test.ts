/** What someone is using while the page of a task or the list changes: it stays as it is, and where it is. */
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { song } from "../rig/provider/serving/songs.ts";
import { logIn, startBrowser, visit, type Visitor } from "./visitor.ts";

const STEP_MS = 10_000;
const STREAM = Buffer.from(song(1, 20).bytes);

let stand: Stand;
let browser: Browser;

beforeAll(async () => {
  [stand, browser] = await Promise.all([
    startStand({ timeScale: 100, vars: { ASSESS: "full" }, provider: { songSeconds: 20 } }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("a cover that comes late takes nothing from who plays, has something open or has the focus", async () => {
  const { taskId, visitor } = await visitorOf("Covered late");
  const { page } = visitor;
  const earlier = await showEarlier(page, taskId, withoutCovers);
  await page.goto(`/tasks/${taskId}`);
  await page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  const audio = page.locator("main audio").first();
  await page.getByRole("button", { name: "Play Covered late (take 1)" }).click();
  await page.getByText("Measured").first().click();
  const choose = page.getByRole("button", { name: "Choose this take" }).first();
  await choose.focus();
  earlier.isOver = true;
  await stand.client.get(`/tasks/${taskId}/assess`, { method: "POST" });
  await page.locator("img.cover").nth(1).waitFor({ timeout: STEP_MS });
  expect(await audio.evaluate(({ paused }: HTMLAudioElement) => paused)).toBe(false);
  expect(await page.locator("details[open] > summary").allTextContents()).toEqual(["Measured"]);
  expect(await choose.evaluate(hasFocus)).toBe(true);
  await visitor.leave();
});

test("a cover that comes late leaves the focus on the title of its row", async () => {
  const { taskId, visitor } = await visitorOf("Listed");
  const { page } = visitor;
  const earlier = await showEarlier(page, taskId, withoutCovers);
  await page.goto("/tasks");
  const row = page.locator(`#task-${taskId}`);
  await row.locator("div.cover").waitFor();
  await row.getByRole("link").focus();
  earlier.isOver = true;
  const { taskId: another } = stand.submit("Another");
  await page.locator(`#task-${another}`).waitFor({ timeout: STEP_MS });
  await row.locator("img.cover").waitFor();
  expect(await row.getByRole("link").evaluate(hasFocus)).toBe(true);
  await visitor.leave();
});

test("who listens to the stream keeps the place when the file is kept, at rest or at the press of Pause", async () => {
  const { taskId, visitor } = await visitorOf("Streamed");
  const { page } = visitor;
  await page.route("https://stream.test/**", streamed);
  const earlier = await showEarlier(page, taskId, asStreams);
  await page.goto(`/tasks/${taskId}`);
  const audio = page.locator("main audio");
  await audio.nth(1).evaluate((element: HTMLAudioElement) => {
    element.preload = "auto";
    element.currentTime = 12;
  });
  await page.getByRole("button", { name: "Play Streamed (take 1)" }).click();
  await expect.poll(() => audio.first().evaluate(currentTime), { timeout: STEP_MS }).toBeGreaterThan(1.5);
  expect(await audio.nth(1).evaluate(currentTime)).toBe(12);
  earlier.isOver = true;
  await stand.client.get(`/tasks/${taskId}/assess`, { method: "POST" });
  await expect.poll(() => audio.nth(1).getAttribute("src"), { timeout: STEP_MS }).toMatch(/^\/tasks\//);
  expect(await audio.nth(1).evaluate(currentTime)).toBe(12);
  expect(await audio.first().getAttribute("src")).toMatch(/^https:/);
  await page.getByRole("button", { name: "Pause Streamed (take 1)" }).click();
  const place = await audio.first().evaluate(currentTime);
  await expect.poll(() => audio.first().getAttribute("src"), { timeout: STEP_MS }).toMatch(/^\/tasks\//);
  await page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  expect(await audio.first().evaluate(currentTime)).toBeCloseTo(place, 1);
  expect(await cursorOf(page, 0)).toBeCloseTo(place / 20, 1);
  expect(await cursorOf(page, 1)).toBeCloseTo(12 / 20, 1);
  await page.getByRole("button", { name: "Play Streamed (take 1)" }).click();
  await expect.poll(() => audio.first().evaluate(currentTime), { timeout: STEP_MS }).toBeGreaterThan(place + 0.5);
  await visitor.leave();
});

test("takes that are compared go on being compared, with the focus where it was, when they have been listened to", async () => {
  const { taskId, visitor } = await visitorOf("Assessed late");
  const { page } = visitor;
  const earlier = await showEarlier(page, taskId, beforeAssessment);
  await page.goto(`/tasks/${taskId}`);
  const audio = page.locator("main audio");
  await page.getByRole("button", { name: "Play Assessed late (take 1)" }).click();
  await expect.poll(() => audio.first().evaluate(currentTime), { timeout: STEP_MS }).toBeGreaterThan(0.5);
  await page.keyboard.press("2");
  await page.getByRole("button", { name: "A/B, now 2" }).waitFor({ timeout: STEP_MS });
  await expect.poll(() => audio.nth(1).evaluate(currentTime), { timeout: STEP_MS }).toBeGreaterThan(1.5);
  earlier.isOver = true;
  const button = page.locator(".track .play").nth(1);
  await button.focus();
  await page.keyboard.press("Enter");
  const place = await audio.nth(1).evaluate(currentTime);
  await page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  expect(await button.evaluate(hasFocus)).toBe(true);
  expect(await audio.nth(1).evaluate(currentTime)).toBeCloseTo(place, 1);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pause Assessed late (take 2)" }).waitFor();
  await page.keyboard.press("x");
  await page.getByRole("button", { name: "A/B, now 1" }).waitFor({ timeout: STEP_MS });
  await expect.poll(() => audio.first().evaluate(currentTime), { timeout: STEP_MS }).toBeGreaterThan(place);
  const gains = await audio.evaluateAll((all) => all.map((one) => Number(one.dataset["gain"])));
  expect(gains[0]).toBeGreaterThan(0);
  expect(gains[1]).toBe(0);
  await visitor.leave();
});

/** Logged in, with a task that is complete. */
async function visitorOf(title: string): Promise<{ taskId: string; visitor: Visitor }> {
  const { taskId } = stand.submit(title);
  await stand.viewWhen(taskId, ({ tracks }) => tracks.length === 2 && tracks.every(isMeasured));
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  await logIn(visitor, API_TOKEN);
  return { taskId, visitor };
}

function isMeasured({ assessment }: { readonly assessment: { readonly state: string } | null }): boolean {
  return assessment?.state === "done";
}

/** Pages come as they were at an earlier time, until that is over. */
async function showEarlier(
  page: Page,
  taskId: string,
  earlier: (html: string) => string,
): Promise<{ isOver: boolean }> {
  const time = { isOver: false };
  await page.route(
    ({ pathname }) => pathname === `/tasks/${taskId}` || pathname === "/tasks",
    async (route) => {
      if (time.isOver || !(route.request().headers()["accept"] ?? "").includes("text/html")) return route.continue();
      const response = await route.fetch();
      await route.fulfill({ response, body: earlier(await response.text()) });
    },
  );
  return time;
}

function withoutCovers(html: string): string {
  return html.replaceAll(/<img class="cover"[^>]*>/g, `<div class="cover"></div>`);
}

function hasFocus(element: Element): boolean {
  return element === document.activeElement;
}

function asStreams(html: string): string {
  return beforeAssessment(html)
    .replaceAll(/\/tasks\/[^/"]+\/tracks\/([^/"]+)\/audio(?=[" ])/g, "https://stream.test/$1")
    .replaceAll(/data-key="\d"/g, `data-key=""`);
}

/** In parts, as a browser has to be able to ask for them to seek. */
async function streamed(route: Route): Promise<void> {
  const from = Number(/^bytes=(\d+)-/.exec(route.request().headers()["range"] ?? "")?.[1] ?? 0);
  const { length } = STREAM;
  const headers = { "accept-ranges": "bytes", "content-range": `bytes ${from}-${length - 1}/${length}` };
  await route.fulfill({ status: 206, contentType: "audio/mpeg", headers, body: STREAM.subarray(from) });
}

function beforeAssessment(html: string): string {
  return html
    .replaceAll(/ data-(?:waveform|lufs|peak)="[^"]*"/g, "")
    .replaceAll(/data-player="(\S+) [^"]*"/g, `data-player="$1 null"`);
}

function currentTime(audio: Element): number {
  return audio instanceof HTMLMediaElement ? audio.currentTime : -1;
}

/** Where the picture of a take is played to, from 0 to 1. */
function cursorOf(page: Page, index: number): Promise<number> {
  return page
    .locator(".wave")
    .nth(index)
    .evaluate((wave) => {
      const parts = Array.from(wave.children, ({ shadowRoot }) => shadowRoot?.querySelector<HTMLElement>(".progress"));
      return Number.parseFloat(parts[0]?.style.width ?? "0") / 100;
    });
}
