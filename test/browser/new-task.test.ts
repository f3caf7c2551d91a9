/** From a file on the disk to a task's page, and to the comparison of what came with what was given. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { startOrigin } from "../e2e/origin.ts";
import { API_TOKEN, SOURCE, startStand, type Stand } from "../e2e/stand.ts";
import { song } from "../rig/provider/serving/songs.ts";
import { SAMPLE_RATE } from "../rig/provider/serving/synth.ts";
import { wav } from "../rig/provider/serving/wav.ts";
import { logIn, startBrowser, violations, visit } from "./visitor.ts";

const STEP_MS = 20_000;
const VOICE = { name: "voice.mp3", mimeType: "audio/mpeg", buffer: Buffer.from(song(5, 12).bytes) };
const NO_SOUND = { left: new Float32Array(12 * SAMPLE_RATE), right: new Float32Array(12 * SAMPLE_RATE) };
const SILENCE = { name: "silence.wav", mimeType: "audio/wav", buffer: Buffer.from(wav(NO_SOUND, "silent")) };
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
  await page.getByText("An audio file, up to 104 MB and 8 minutes. Drop it here, too.").waitFor();
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
  await page.getByText("2 of 2 takes kept").first().waitFor({ timeout: STEP_MS });
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

test("who sees the takes come beside the source hears the first of them, unless the source was chosen", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await page.getByLabel(/^An audio file/).setInputFiles(VOICE);
  await expect.poll(() => page.locator("#source-id").inputValue(), { timeout: STEP_MS }).toMatch(/^[0-9a-f]{64}$/);
  await fillIn(page, "Awaited");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("2 of 2 takes kept").first().waitFor({ timeout: STEP_MS });
  for (const isChosen of [false, true]) {
    let hasTakes = false;
    await page.route(page.url(), async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      const shown = hasTakes ? html : html.replaceAll(/<article class="track".*?<\/article>/gs, "");
      await route.fulfill({ response, body: shown });
    });
    await page.reload();
    await page.locator("#player-source .play").waitFor();
    expect(await page.locator(".track").count()).toBe(0);
    if (isChosen) await page.getByRole("button", { name: "Play Your source" }).click();
    hasTakes = true;
    await stand.client.get(`${new URL(page.url()).pathname}/assess`, { method: "POST" });
    await page.locator(".track").nth(1).waitFor({ timeout: STEP_MS });
    expect(await page.locator(".deck-name").textContent()).toBe(isChosen ? "Your source" : "Awaited (take 1)");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  }
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
  expect(await page.locator("#judged").textContent()).toContain("The file was not taken: it is no audio");
  await visitor.leave();
});

test("a source with a fault is named with its verdict when the form comes back, and can be submitted all the same", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  const force = page.getByLabel(/Submit it whatever was found/);
  expect(await force.isVisible()).toBe(false);
  await page.getByLabel(/^An audio file/).setInputFiles(SILENCE);
  await page.locator("#judged").getByText("silence.wav has a fault").waitFor({ timeout: STEP_MS });
  await fillIn(page, "Silent");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("alert").getByText("The source has a fault").waitFor({ timeout: STEP_MS });
  expect(await page.locator("#judged .alert").textContent()).toContain("silence.wav has a fault");
  expect(await page.locator("#judged .ok").count()).toBe(0);
  await force.check();
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL(/\/tasks\/[0-9a-f]{32}$/, { timeout: STEP_MS });
  await visitor.leave();
});

test("a link that may not be fetched is refused without a box that could not help", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await page.locator("#upload-url").fill("https://elsewhere.example/vocals.mp3");
  await fillIn(page, "From elsewhere");
  await page.getByRole("button", { name: "Create" }).click();
  await page.locator("main > .alert").getByText("SOURCE_ORIGINS").waitFor({ timeout: STEP_MS });
  expect(await page.getByLabel(/Submit it whatever was found/).isVisible()).toBe(false);
  await visitor.leave();
});

test("consent to a fault holds for its source alone, and what was said of a source goes with it", async () => {
  await using site = await startOrigin(() => ({
    headers: { "content-type": "text/html" },
    body: Buffer.from("<!doctype html><title>No song</title>"),
  }));
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  const [force, judged, alert] = [page.locator("#force input"), page.locator("#judged"), page.locator("main > .alert")];
  const [file, link, id] = [page.locator("#file"), page.locator("#upload-url"), page.locator("#source-id")];
  const create = page.getByRole("button", { name: "Create" });
  const says = async (text: string | RegExp) => judged.getByText(text).waitFor({ timeout: STEP_MS });
  await fillIn(page, "Consented to once");
  await file.setInputFiles(SILENCE);
  await says("silence.wav has a fault");
  await force.check();
  await file.setInputFiles(VOICE);
  await says("voice.mp3 sounds right");
  await link.fill(`${site.url}/page`);
  await create.click();
  await alert.getByText("The source has a fault").waitFor({ timeout: STEP_MS });
  expect([await force.isChecked(), await force.isVisible()]).toEqual([false, true]);

  await file.setInputFiles(VOICE);
  await says("voice.mp3 sounds right");
  const uploaded = await id.inputValue();
  expect([await alert.count(), await link.inputValue()]).toEqual([0, ""]);
  await link.fill(`${site.url}/page`);
  await link.blur();
  await says("The source has a fault");
  expect([await force.isVisible(), await id.inputValue()]).toEqual([true, ""]);
  await link.fill("no link");
  await link.blur();
  expect([await force.isVisible(), await judged.textContent()]).toEqual([false, ""]);
  await link.fill("");
  await link.blur();
  await says("voice.mp3 sounds right");
  expect(await id.inputValue()).toBe(uploaded);
  await visitor.leave();
});

test("a link is judged without anything moving, so the first click on Create submits", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await fillIn(page, "By a link");
  await page.getByLabel("or a link to one").pressSequentially(stand.provider.sourceUrl(SOURCE));
  const create = page.getByRole("button", { name: "Create" });
  await create.scrollIntoViewIfNeeded();
  const before = await create.boundingBox();
  await page.mouse.move((before?.x ?? 0) + 10, (before?.y ?? 0) + 4);
  const judged = page.waitForResponse("**/sources/check");
  await page.mouse.down();
  await judged;
  await page.waitForTimeout(100);
  expect(await create.boundingBox()).toEqual(before);
  await page.mouse.up();
  await page.waitForURL(/\/tasks\/[0-9a-f]{32}$/, { timeout: STEP_MS });

  await page.goto("/new");
  const still = await create.boundingBox();
  await page.getByLabel("or a link to one").fill(stand.provider.sourceUrl(SOURCE));
  await page.keyboard.press("Tab");
  await page
    .locator("#judged")
    .getByText(/^The source (sounds right|can be used)/)
    .waitFor({ timeout: STEP_MS });
  expect(await create.boundingBox()).toEqual(still);
  await visitor.leave();
});

test("an upload that broke off is tried again with the same file, and a drop beside the box leaves the form", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await page.route("**/sources", (route) => route.abort());
  await page.getByLabel(/^An audio file/).setInputFiles(VOICE);
  await page.locator("#judged").getByText("The upload of voice.mp3 broke off").waitFor({ timeout: STEP_MS });
  await page.unroute("**/sources");
  const link = page.getByLabel("or a link to one");
  for (const typed of ["no link", ""]) {
    await link.fill(typed);
    await link.blur();
    const said = page.locator("#judged").getByText("The upload of voice.mp3 broke off");
    await expect.poll(() => said.count()).toBe(typed === "" ? 1 : 0);
  }
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => page.locator("#source-id").inputValue(), { timeout: STEP_MS }).toMatch(/^[0-9a-f]{64}$/);
  const dropped = await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "beside.mp3"));
    const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector("h1").dispatchEvent(event);
    return event.defaultPrevented;
  })()`);
  expect(dropped).toBe(true);
  await visitor.leave();
});

test("a session that has ended is told in a musician's words, and the form outlasts the login", async () => {
  const visitor = await visit(browser, stand.origin);
  const { page } = visitor;
  await logIn(visitor, API_TOKEN);
  await page.goto("/new");
  await page.getByLabel("Title").fill("Not lost");
  await page.context().clearCookies();
  const judged = page.locator("#judged");
  await page.getByLabel(/^An audio file/).setInputFiles(VOICE);
  await judged.getByText("Your session has ended").waitFor({ timeout: STEP_MS });
  expect(await judged.textContent()).not.toContain("Bearer");
  const opened = page.context().waitForEvent("page");
  await judged.getByRole("link", { name: "Log in" }).click();
  const other = await opened;
  await other.getByLabel("API token").fill(API_TOKEN);
  await other.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await other.waitForURL("**/new");
  await judged.getByRole("button", { name: "Try again" }).click();
  await judged.getByText("voice.mp3 sounds right").waitFor({ timeout: STEP_MS });
  expect(await page.getByLabel("Title").inputValue()).toBe("Not lost");

  await page.context().clearCookies();
  await page.getByLabel("or a link to one").fill(stand.provider.sourceUrl(SOURCE));
  await page.keyboard.press("Tab");
  await judged.getByText("Your session has ended").waitFor({ timeout: STEP_MS });
  await fillIn(page, "Kept");
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/login?next=%2Fnew");
  await page.getByLabel("API token").fill(API_TOKEN);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/new");
  expect(await page.getByLabel("Title").inputValue()).toBe("Kept");
  expect(await page.getByLabel("or a link to one").inputValue()).toBe(stand.provider.sourceUrl(SOURCE));
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL(/\/tasks\/[0-9a-f]{32}$/, { timeout: STEP_MS });
  await page.goto("/new");
  expect(await page.getByLabel("Title").inputValue()).toBe("");
  await visitor.leave();
});

async function fillIn(page: Page, title: string): Promise<void> {
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("What it should sound like").fill("house");
  await page.getByLabel("What it should not").fill("metal");
}
