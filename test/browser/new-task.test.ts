/** From a file on the disk to a task's page, and to the comparison of what came with what was given. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { song } from "../rig/provider/serving/songs.ts";
import { logIn, startBrowser, violations, visit } from "./visitor.ts";

const STEP_MS = 20_000;
const VOICE = { name: "voice.mp3", mimeType: "audio/mpeg", buffer: Buffer.from(song(5, 12).bytes) };
const API_KEY = "key-of-the-browser-tests-0123456789";

let stand: Stand;
let browser: Browser;

beforeAll(async () => {
  [stand, browser] = await Promise.all([
    startStand({
      timeScale: 2_000,
      providerKey: API_KEY,
      vars: { ASSESS: "full", SOURCE_ORIGINS: "http://127.0.0.1:*" },
      provider: { songSeconds: 8 },
    }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("a file is uploaded and judged, submitted, and heard beside its takes", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await page.getByLabel(/^An audio file/).setInputFiles(VOICE);
  await page.locator("#judged").getByText("voice.mp3").waitFor({ timeout: STEP_MS });
  await expect.poll(() => page.locator("#source-id").inputValue(), { timeout: STEP_MS }).toMatch(/^[0-9a-f]{64}$/);
  expect(await violations(page)).toEqual([]);
  faults.length = 0;
  await page.getByLabel("Title").fill("From my disk");
  await page.getByRole("button", { name: "dream pop" }).click();
  await page.getByRole("button", { name: "slow" }).click();
  expect(await page.locator("#tags").inputValue()).toBe("dream pop, slow");
  await page.getByLabel("What it should not").fill("metal");
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL(/\/tasks\/[0-9a-f]{32}$/, { timeout: STEP_MS });
  await page.getByText("2 of 2 tracks kept").first().waitFor({ timeout: STEP_MS });
  await page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  const keys = await page
    .locator("[data-player]")
    .evaluateAll((all: HTMLElement[]) => all.map(({ dataset }) => dataset["key"]));
  expect(keys).toEqual(["0", "1", "2"]);
  await page.getByRole("button", { name: "Play Your source" }).click();
  const source = page.locator("#player-source audio");
  await expect.poll(() => source.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThan(0.3);
  await page.keyboard.press("2");
  await page.getByRole("button", { name: "A/B, now 2" }).waitFor({ timeout: STEP_MS });
  await page.getByRole("button", { name: "Choose this take" }).first().click();
  await page.getByText("★ Chosen").first().waitFor({ timeout: STEP_MS });
  expect(faults).toEqual([]);
  expect(await violations(page)).toEqual([]);
  // What the checker itself styles is refused by the page's policy.
  faults.length = 0;
  await page.locator("#more > summary").click();
  await page.getByRole("link", { name: "Submit again" }).click();
  expect(await page.getByLabel("Title").inputValue()).toBe("From my disk");
  expect(await page.locator("#source-id").inputValue()).toMatch(/^[0-9a-f]{64}$/);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("what is no audio is told so before anything is spent", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  const text = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no song at all") };
  await page.getByLabel(/^An audio file/).setInputFiles(text);
  await page.locator("#judged .alert").waitFor({ timeout: STEP_MS });
  expect(await page.locator("#judged").textContent()).toContain("not_audio");
  await visitor.leave();
});
