/** From a take to its stems: made by a button of its page, heard together, one alone, and all in one archive. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashesInZip } from "../rig/zip.ts";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { song } from "../rig/provider/serving/songs.ts";
import { logIn, screenshot, startBrowser, violations, visit } from "./visitor.ts";

const KEY = "provider-key-of-the-browser-tests";
const STEP_MS = 10_000;

let stand: Stand;
let browser: Browser;

beforeAll(async () => {
  [stand, browser] = await Promise.all([
    startStand({ timeScale: 100, providerKey: KEY, provider: { songSeconds: 20 } }),
    startBrowser(),
  ]);
});
afterAll(async () => {
  await Promise.all([stand.stop(), browser.close()]);
});

test("stems of a take play together, the drums alone, and the archive holds what the provider sent", async () => {
  const { taskId } = stand.submit("To be split");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin, { acceptDownloads: true });
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto(`/tasks/${taskId}`);
  await page.getByText("Make something of it").first().click();
  await page.getByRole("button", { name: "All stems (50 credits)" }).first().click();
  await page.getByRole("button", { name: "Solo drums" }).waitFor({ timeout: STEP_MS });
  await expect.poll(() => page.locator("[data-stem]").count(), { timeout: STEP_MS }).toBe(5);
  const stems = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const sent = stand.provider.made.get(stems)?.files ?? [];
  expect(sent).toHaveLength(5);
  await screenshot(page, "stems");
  expect(await violations(page)).toEqual([]);

  await page.getByRole("region", { name: "Player" }).getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => states(page).then((all) => all.map(({ plays }) => plays))).toEqual(Array(5).fill(true));
  await expect.poll(() => spread(page), { timeout: STEP_MS }).toBeLessThan(0.02);
  expect(await gains(page)).toEqual({ vocal: 1, drums: 1, bass: 1, keyboard: 1, percussion: 1 });
  await page.getByRole("button", { name: "Mute vocal" }).click();
  expect(await gains(page)).toEqual({ vocal: 0, drums: 1, bass: 1, keyboard: 1, percussion: 1 });
  await page.getByRole("button", { name: "Solo drums" }).click();
  expect(await gains(page)).toEqual({ vocal: 0, drums: 1, bass: 0, keyboard: 0, percussion: 0 });
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => states(page).then((all) => Math.min(...all.map(({ at }) => at)))).toBeGreaterThan(5);
  await expect.poll(() => spread(page), { timeout: STEP_MS }).toBeLessThan(0.02);
  await page.keyboard.press(" ");
  await expect.poll(() => states(page).then((all) => all.map(({ plays }) => plays))).toEqual(Array(5).fill(false));

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download all" }).click();
  const archive = await readFile(await (await downloading).path());
  expect(hashesInZip(archive)).toEqual(new Map(sent.map(({ name, sha256 }) => [`${name}.mp3`, sha256])));

  await page.goto(`/tasks/${taskId}`);
  const made = page.locator(`#made-${stems}`);
  await made.getByText("Play here").click();
  expect(await made.locator("audio").count()).toBe(5);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("link", { name: /^Stems of / }).click();
  await page.waitForURL(`**/tasks/${stems}`);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("stems of different lengths are heard until the longest ends, which the bar is as long as", async () => {
  const { taskId, tracks } = stand.submit("With a short vocal");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await make({
    product: "stems",
    type: "split_stem",
    parent: { taskId, trackId: tracks[0].trackId },
  });
  await page.route("**/files/vocal", (route) =>
    route.fulfill({ contentType: "audio/mpeg", body: Buffer.from(song(3, 4).bytes) }),
  );
  await page.goto(`/tasks/${taskId}`);
  await page.getByRole("link", { name: /^Stems of / }).click();
  await expect.poll(() => page.locator("[data-stem]").count(), { timeout: STEP_MS }).toBe(5);
  const bar = page.getByRole("region", { name: "Player" });
  await bar.getByText("0:00 / 0:20").waitFor({ timeout: STEP_MS });
  await bar.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => plays(page), { timeout: STEP_MS }).toMatchObject({ vocal: true, drums: true });
  await expect.poll(() => plays(page), { timeout: STEP_MS }).toMatchObject({ vocal: false, drums: true, bass: true });
  await page.keyboard.press("ArrowRight");
  await bar.getByText(/^0:(09|1\d) \/ 0:20$/).waitFor({ timeout: STEP_MS });
  expect(await plays(page)).toEqual({ vocal: false, drums: true, bass: true, keyboard: true, percussion: true });
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("ArrowLeft");
  await expect.poll(() => plays(page), { timeout: STEP_MS }).toMatchObject({ vocal: true, drums: true });
  await visitor.leave();
});

test("what is made of a take shows on its page how far it is, by itself, and is heard there", async () => {
  const { taskId, tracks } = stand.submit("To be filmed");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  const parent = { taskId, trackId: tracks[0].trackId };
  for (const product of ["wav", "video"]) await make({ product, parent });
  await page.goto(`/tasks/${taskId}`);
  for (const product of ["WAV", "Video"])
    await page.getByText(new RegExp(`^${product} of .*: complete, 1 of 1 file kept`)).waitFor();
  await page.getByText("Play here").first().click();
  await page.getByText("Play here").last().click();
  expect(await page.locator("[id^=made-] audio, [id^=made-] video").count()).toBe(2);
  await screenshot(page, "made");
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  const player = await page.locator("[id^=made-] audio").boundingBox();
  expect(player?.height).toBeGreaterThan(40);
  expect((player?.x ?? 0) + (player?.width ?? 0)).toBeLessThanOrEqual(344);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  await page.getByRole("link", { name: /^Video of / }).click();
  await page.locator("video").waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("one song is heard at a time, also of what was made, and Space and the bar mean the last one", async () => {
  const { taskId, tracks } = stand.submit("To be kept");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await make({ product: "wav", parent: { taskId, trackId: tracks[0].trackId } });
  await page.goto(`/tasks/${taskId}`);
  await page.getByText(/^WAV of .*: complete, 1 of 1 file kept/).waitFor();
  await page.getByText("Play here").click();
  const made = page.locator("[id^=made-] audio");
  await expect.poll(() => made.evaluate(({ duration }: HTMLAudioElement) => duration)).toBeCloseTo(20, 0);
  await made.evaluate((audio: HTMLAudioElement) => audio.play());
  const bar = page.getByRole("region", { name: "Player" });
  await bar.getByText("wav", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Play To be kept (take 2)" }).click();
  await expect.poll(() => heard(page)).toEqual(["To be kept, take 2"]);
  await made.evaluate((audio: HTMLAudioElement) => audio.play());
  await expect.poll(() => heard(page)).toEqual(["wav"]);
  await page.keyboard.press(" ");
  await expect.poll(() => heard(page)).toEqual([]);
  await page.keyboard.press(" ");
  await expect.poll(() => heard(page)).toEqual(["wav"]);
  await visitor.leave();
});

test("the length of a kept WAV shows before it plays", async () => {
  const { taskId, tracks } = stand.submit("To be measured");
  await stand.finished(taskId);
  const visitor = await visit(browser, stand.origin);
  const { page, faults } = visitor;
  await logIn(visitor, API_TOKEN);
  const parent = { taskId, trackId: tracks[0].trackId };
  await make({ product: "wav", parent });
  await page.goto(`/tasks/${taskId}`);
  await page.getByRole("link", { name: "WAV of To be measured (take 1)" }).click();
  await page.locator(".transport .time").getByText("0:00 / 0:20").waitFor({ timeout: STEP_MS });
  await screenshot(page, "wav");
  expect(faults).toEqual([]);
  await visitor.leave();
});

interface State {
  readonly name: string;
  readonly plays: boolean;
  readonly at: number;
  readonly gain: number;
}

function states(page: Page): Promise<State[]> {
  return page.locator("[data-stem]").evaluateAll((boxes: HTMLElement[]) =>
    boxes.flatMap((box) => {
      const audio = box.querySelector("audio");
      if (audio === null) return [];
      const { paused, currentTime: at, dataset } = audio;
      return [{ name: box.dataset["name"] ?? "", plays: !paused, at, gain: Number(dataset["gain"] ?? 1) }];
    }),
  );
}

/** In seconds, of the one that is furthest and the one that is last. */
async function spread(page: Page): Promise<number> {
  const places = (await states(page)).map(({ at }) => at);
  return Math.max(...places) - Math.min(...places);
}

async function gains(page: Page): Promise<Record<string, number>> {
  return Object.fromEntries((await states(page)).map(({ name, gain }) => [name, gain]));
}

async function plays(page: Page): Promise<Record<string, boolean>> {
  return Object.fromEntries((await states(page)).map(({ name, plays }) => [name, plays]));
}

function heard(page: Page): Promise<(string | null)[]> {
  return page
    .locator("audio")
    .evaluateAll((all: HTMLAudioElement[]) => all.filter(({ paused }) => !paused).map(({ ariaLabel }) => ariaLabel));
}

/** What is made of a take: a submission's body. */
async function make(body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  await stand.client.get("/tasks", { method: "POST", headers, body: JSON.stringify(body) });
}
