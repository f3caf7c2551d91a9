/** Who gets in, and how heavy and quick the pages are for who does. */
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { startLoginLink } from "../rig/local/login-link.ts";
import { logIn, picture, screenshot, startBrowser, violations, visit } from "./visitor.ts";

const MAX_GZIP_BYTES = 60 * 1_024;
const OPENED = 5;

let stand: Stand;
let browser: Browser;
let taskId: string;

beforeAll(async () => {
  [stand, browser] = await Promise.all([startStand({ timeScale: 100, vars: { ASSESS: "full" } }), startBrowser()]);
  ({ taskId } = stand.submit("Harbour lights"));
  await stand.finished(taskId);
});
afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("a wrong token is told so, the right one leads to where one was going, and logging out ends it", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await page.goto(`/tasks/${taskId}`);
  expect(new URL(page.url()).pathname).toBe("/login");
  await page.getByLabel("API token").fill("a token that nobody has");
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("This is not the API token").waitFor();
  expect(await page.getByLabel("API token").inputValue()).toBe("");
  expect(faults).toHaveLength(1);
  faults.length = 0;

  await page.getByLabel("API token").fill(API_TOKEN);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`**/tasks/${taskId}`);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  expect(cookie?.value).not.toContain(API_TOKEN);

  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL("**/login");
  expect(await page.context().cookies()).toEqual([]);
  await page.goto("/tasks");
  expect(new URL(page.url()).pathname).toBe("/login");
  expect(faults).toEqual([]);
  expect(await violations(page)).toEqual([]);
  await visitor.leave();
});

test("the demo's link opens the page logged in, once", async () => {
  const link = await startLoginLink(`${stand.origin}/tasks/${taskId}`, API_TOKEN);
  const visitor = await visit(browser, stand.origin);
  await visitor.page.goto(link.url);
  expect(visitor.page.url()).toBe(`${stand.origin}/tasks/${taskId}`);
  expect(await visitor.page.getByRole("button", { name: "Log out" }).isVisible()).toBe(true);
  const other = await visit(browser, stand.origin);
  await other.page.goto(link.url);
  expect(await other.page.textContent("body")).toContain("This link has been used.");
  await other.page.goto("/tasks");
  expect(new URL(other.page.url()).pathname).toBe("/login");
  await Promise.all([visitor.leave(), other.leave(), link.stop()]);
});

test("a share link that has expired says so and shows nothing", async () => {
  const share = await fetch(`${stand.origin}/tasks/${taskId}/share`, {
    method: "POST",
    headers: { authorization: `Bearer ${API_TOKEN}` },
    body: JSON.stringify({ expiresInSeconds: 3 }),
  });
  const { url } = z.object({ url: z.url() }).parse(await share.json());
  const visitor = await visit(browser, stand.origin);
  await visitor.page.goto(url);
  await visitor.page.getByRole("heading", { name: "Harbour lights" }).first().waitFor();
  await expect
    .poll(async () => (await visitor.page.goto(url), await visitor.page.getByRole("alert").count()), { timeout: 8_000 })
    .toBe(1);
  expect(await visitor.page.getByRole("alert").textContent()).toContain("This link has expired");
  expect(await visitor.page.content()).not.toContain("Harbour lights");
  await visitor.leave();
});

test.each(["/docs", "/docs/operating", "/docs/problems", "/docs/notices", "/docs/findings"])(
  "%s asks nobody else, has no violation with all of it unfolded, and fits on a narrow screen",
  async (path) => {
    const visitor = await visit(browser, stand.origin, { viewport: { width: 320, height: 800 } });
    const { page } = visitor;
    await page.goto(path);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, path.slice(1).replace("/", "-"));
    expect(visitor.faults).toEqual([]);
    await visitor.leave();
  },
);

test("a link to an operation opens it, and an error page leads to what it means", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await page.goto("/docs/problems");
  await page.locator('a[href="/docs#recoverTask"]').first().click();
  await page.locator("#recoverTask").waitFor({ state: "visible" });
  await logIn(visitor, API_TOKEN);
  await page.goto("/tasks/unheard-of");
  await page.getByRole("link", { name: "What this means" }).click();
  await page.waitForURL("**/docs/problems#task_not_found");
  expect(await page.getByText("nobody adopted it").isVisible()).toBe(true);
  await visitor.leave();
});

test("each page is under 60 KiB gzip with its script, paints soon, and does not move", async () => {
  const rows: Record<string, string>[] = [];
  for (const [name, path] of [
    ["list", "/tasks"],
    ["task", `/tasks/${taskId}`],
  ] as const) {
    const opened = [];
    for (let time = 0; time < OPENED; time += 1) opened.push(await opening(path));
    const bytes = median(opened.map(({ gzipBytes }) => gzipBytes));
    const paintMs = median(opened.map(({ paintMs: ms }) => ms));
    const shift = Math.max(...opened.map(({ shift: moved }) => moved));
    rows.push({
      page: name,
      "gzip KiB": (bytes / 1_024).toFixed(1),
      "largest paint ms": paintMs.toFixed(0),
      "layout shift": shift.toFixed(3),
      n: String(OPENED),
    });
    expect(bytes).toBeLessThan(MAX_GZIP_BYTES);
    // The limits for "good" of web.dev's Core Web Vitals.
    expect(paintMs).toBeLessThan(2_500);
    expect(shift).toBeLessThan(0.1);
  }
  console.table(rows);
});

/** The picture of the README: written where SCREENSHOT names a file, into the ignored folder otherwise. */
test("the page of a task has its picture taken", async () => {
  const visitor = await visit(browser, stand.origin, { viewport: { width: 1_000, height: 760 } });
  await logIn(visitor, API_TOKEN);
  await visitor.page.goto(`/tasks/${taskId}`);
  await visitor.page.locator(".wave canvas").nth(1).waitFor();
  expect(await picture(visitor.page, "readme", process.env["SCREENSHOT"])).toBeGreaterThan(10_000);
  await visitor.leave();
});

/** Document, style and script as gzip makes them, also from the cache; the largest paint, and how much has moved. */
async function opening(
  path: string,
): Promise<{ readonly gzipBytes: number; readonly paintMs: number; readonly shift: number }> {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(path);
  const told = await vitalsOf(page);
  const parts = z.array(z.url()).parse(
    await page.evaluate(`[location.href, ...performance.getEntriesByType("resource")
      .filter(({ initiatorType }) => ["link", "script"].includes(initiatorType)).map(({ name }) => name)]`),
  );
  // A browser drops the bodies that it showed, so they are asked for once more.
  const ask = async (url: string) => (await page.request.get(url, { headers: { accept: "text/html" } })).body();
  const bodies = await Promise.all([...new Set(parts)].map(ask));
  expect(bodies.length).toBeGreaterThan(2);
  const gzipBytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
  await visitor.leave();
  return { gzipBytes, ...told };
}

const vitals = z.object({ paintMs: z.number().positive(), shift: z.number() });

async function vitalsOf(page: Page): Promise<z.infer<typeof vitals>> {
  return vitals.parse(
    await page.evaluate(`new Promise((resolve) => {
      const told = { paintMs: 0, shift: 0 };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) told.paintMs = Math.max(told.paintMs, entry.startTime);
      }).observe({ type: "largest-contentful-paint", buffered: true });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) told.shift += entry.hadRecentInput ? 0 : entry.value;
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(told), 1_500);
    })`),
  );
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
