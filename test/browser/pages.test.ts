/** The other pages in a browser: without script, on a phone, in the dark, for who cannot see; found and filtered. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_TOKEN, CALLBACK_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { logIn, screenshot, startBrowser, violations, visit } from "./visitor.ts";

const STEP_MS = 6_000;
const LOOKS: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ["light", { colorScheme: "light", viewport: { width: 1_440, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1_000, height: 900 } }],
  ["phone", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
  ["small phone", { colorScheme: "dark", viewport: { width: 320, height: 640 } }],
];

let stand: Stand;
let browser: Browser;
let taskId: string;
let failedId: string;

beforeAll(async () => {
  [stand, browser] = await Promise.all([startStand({ timeScale: 100, vars: { ASSESS: "full" } }), startBrowser()]);
  ({ taskId } = stand.submit("Harbour lights"));
  ({ taskId: failedId } = stand.submit("Refused", [{ type: "failure", afterMs: 0, code: 531 }]));
  await stand.finished(taskId);
  await fetch(`${stand.origin}/callback/${CALLBACK_TOKEN}`, {
    method: "POST",
    body: `{ cut short ${"x".repeat(9_000)}`,
  });
});

afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test.each(LOOKS)("every page fits, is accessible and asks nobody else: %s", async (name, options) => {
  const visitor = await visit(browser, stand.origin, options);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  for (const [title, path] of [
    ["home", "/"],
    ["list", "/tasks"],
    ["task", `/tasks/${taskId}`],
    ["failed", `/tasks/${failedId}`],
    ["unknown", "/tasks/unheard-of"],
    ["stats", "/stats"],
    ["new", "/new"],
    ["inbox", "/inbox"],
  ] as const) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (title === "task") await page.locator(".wave").first().waitFor({ timeout: STEP_MS });
    await screenshot(page, `${title}-${name}`);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await smallPrint(page)).toEqual([]);
    // An unknown task is a 404, which the browser puts on its console.
    expect(faults.filter((fault) => title !== "unknown" || !fault.includes("404"))).toEqual([]);
    expect(await violations(page)).toEqual([]);
    // What the checker itself styles is refused by the page's policy.
    faults.length = 0;
  }
  await visitor.leave();
});

test("with text twice as large every page fits a small phone, and the bar leaves it most of its height", async () => {
  const visitor = await visit(browser, stand.origin, { viewport: { width: 320, height: 640 } });
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  for (const path of ["/", "/tasks", `/tasks/${taskId}`, `/tasks/${failedId}`, "/stats", "/new", "/inbox", "/docs"]) {
    await page.goto(path);
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    await page.evaluate("for (const one of document.querySelectorAll('.menu, .stage details')) one.open = true");
    expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 320]);
    await screenshot(page, `large${path.replaceAll("/", "-").slice(0, 12)}`);
    const bar = await page
      .locator(".deck")
      .boundingBox({ timeout: 1_000 })
      .catch(() => null);
    expect(bar?.height ?? 0).toBeLessThan(0.3 * 640);
  }
  await visitor.leave();
});

test("the head of a page is one line on a phone, and the inbox shows the beginning of what came", async () => {
  const visitor = await visit(browser, stand.origin, { viewport: { width: 360, height: 740 } });
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  const tops = await page
    .locator("header.site > *")
    .evaluateAll((parts) =>
      parts.map((part) => part.getBoundingClientRect()).map(({ top, height }) => top + height / 2),
    );
  expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(4);
  await page.getByRole("link", { name: "1 delivery in the inbox" }).click();
  await page.getByText("What was sent, 9 kB").click();
  expect(await page.getByText("Its beginning.").isVisible()).toBe(true);
  expect((await page.locator("pre").textContent())?.length).toBeLessThan(2_100);
  await visitor.leave();
});

test("the list shows problems first, finds while one types, filters by status, and takes up what is new", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.locator("#problems").getByText("the credits were given back").waitFor();
  const { taskId: late } = stand.submit("Came later");
  await page.locator(`#task-${late}`).waitFor({ timeout: STEP_MS });
  await page.getByLabel("Title, id or ref").fill("harbour");
  await expect.poll(() => page.locator(".tasks .title").allTextContents()).toEqual(["Harbour lights"]);
  await page.getByLabel("Title, id or ref").fill("");
  await page.getByLabel("Status").selectOption("failed");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: "Found" }).waitFor();
  await expect.poll(() => page.locator(".tasks li").count()).toBe(1);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("a button that copies says so each time it is pressed, and is called what it was after the last", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await page.addInitScript("navigator.clipboard.writeText = async () => undefined");
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  const button = page.locator("[data-copy-link]").first();
  for (let press = 0; press < 3; press += 1) {
    await button.click();
    await expect.poll(() => button.textContent()).toBe("Copied");
    await page.waitForTimeout(900);
  }
  expect(await button.textContent()).toBe("Copied");
  await expect.poll(() => button.textContent(), { timeout: STEP_MS }).toBe("Copy address (needs login)");
  await visitor.leave();
});

test("without JavaScript everything is there: player, download, timeline, actions", async () => {
  const visitor = await visit(browser, stand.origin, { javaScriptEnabled: false });
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  expect(await page.locator("audio[controls]").count()).toBe(2);
  const saved = page.waitForEvent("download");
  await page
    .getByRole("link", { name: /^Download, / })
    .first()
    .click();
  expect((await saved).suggestedFilename()).toBe("Harbour lights (take 1).mp3");
  await page
    .getByText(/^What was sent/)
    .first()
    .click();
  expect(await page.locator(".timeline pre").first().textContent()).toContain(taskId);
  await page.locator("#more > summary").click();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("status").getByText("There is nothing to try again").waitFor();
  expect(await page.getByText("Somebody asked to try again.").count()).toBe(0);
  await page.goto("/new");
  await page.getByText(/^An audio file, up to 32 MB and 8 minutes\.$/).waitFor();
  expect(faults).toEqual([]);
  await visitor.leave();
});

/** Text that shows lower than that of 11 px: a picture that shrinks takes its labels along. */
function smallPrint(page: Page): Promise<readonly string[]> {
  return page.locator("body").evaluate((body) => {
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    const small: string[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const { width, height } = range.getBoundingClientRect();
      if (node.nodeValue?.trim() !== "" && width > 1 && height > 1 && height < 12.5) small.push(node.nodeValue ?? "");
    }
    return small;
  });
}
