/** What someone is using while the page of a task or the list changes: it stays as it is, and where it is. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { logIn, startBrowser, visit, type Visitor } from "./visitor.ts";

const STEP_MS = 10_000;

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
