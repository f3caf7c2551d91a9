/** One player: heard by pointer and by keys, one take at a time, and two takes compared at the same place. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { listener, playing, position, STEP_MS, twoTakes } from "./two-takes.ts";
import { violations } from "./visitor.ts";

const here = twoTakes();

test("starting one take stops the other, and the next one follows at its end", async () => {
  const visitor = await listener(here());
  const { page, faults } = visitor;
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await page.getByRole("button", { name: "Play Two takes (take 2)" }).click();
  await expect.poll(() => playing(page)).toEqual([false, true]);
  await page.getByRole("button", { name: "Take before" }).click();
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await page
    .locator("audio")
    .first()
    .evaluate((audio: HTMLAudioElement) => (audio.currentTime = audio.duration - 0.2));
  await expect.poll(() => playing(page), { timeout: STEP_MS }).toEqual([false, true]);
  expect(await page.evaluate("navigator.mediaSession.metadata.title")).toBe("Two takes (take 2)");
  expect(faults).toEqual([]);
  await visitor.leave();
});

test("A/B keeps the place within 50 ms and the loudness within 0.5 LU", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  await expect.poll(() => position(page, 0)).toBeGreaterThan(0.5);
  const loudness: number[] = [];
  for (const [key, heard] of [
    ["2", 1],
    ["1", 0],
    ["x", 1],
  ] as const) {
    await page.keyboard.press(key);
    await expect
      .poll(() => gains(page).then((all) => all.map((gain) => gain > 0)), { timeout: STEP_MS })
      .toEqual([heard === 0, heard === 1]);
    const apart = await page
      .locator("audio")
      .evaluateAll(([a, b]: HTMLAudioElement[]) => Math.abs((a?.currentTime ?? 0) - (b?.currentTime ?? 99)));
    expect(apart).toBeLessThan(0.05);
    expect(await playing(page)).toEqual([true, true]);
    const lufs = Number(await page.locator("[data-player]").nth(heard).getAttribute("data-lufs"));
    loudness[heard] = lufs + 20 * Math.log10((await gains(page))[heard] ?? 0);
  }
  expect(Math.abs((loudness[0] ?? 0) - (loudness[1] ?? 99))).toBeLessThan(0.5);
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([false, false]);
  await visitor.leave();
});

test("the keyboard alone plays, seeks and moves on, in a bar that stays in sight", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => position(page, 0)).toBeGreaterThan(5);
  const slider = page.getByRole("slider", { name: "Position in Two takes (take 1)" });
  await slider.focus();
  await page.keyboard.press("Home");
  await expect.poll(() => position(page, 0)).toBeLessThan(3);
  expect(await slider.getAttribute("aria-valuetext")).toMatch(/^0:0\d of 0:20$/);
  await page.keyboard.press("]");
  await expect.poll(() => playing(page)).toEqual([false, true]);
  await page.keyboard.press("[");
  await expect.poll(() => playing(page)).toEqual([true, false]);
  // Faster than the events of the elements come.
  for (const key of ["]", "[", "]", "[", "]", "["]) await page.keyboard.press(key);
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await page.waitForTimeout(300);
  expect(await playing(page)).toEqual([true, false]);
  await page.evaluate("scrollTo(0, 0)");
  const box = await page.getByRole("region", { name: "Player" }).boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  expect(box === null ? 0 : box.y + box.height).toBeLessThanOrEqual(height + 1);
  expect(await violations(page)).toEqual([]);
  await visitor.leave();
});

test("Space plays and pauses after a click on any button, and is the button's own for who came by keys", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = (window.copied ?? 0) + 1; }");
  const copy = page.getByRole("button", { name: /^Copy address/ }).first();
  await copy.click();
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await page.getByRole("button", { name: "A/B", exact: true }).click();
  await page.getByRole("button", { name: "A/B, now 2" }).waitFor({ timeout: STEP_MS });
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([false, false]);
  expect(await page.getByRole("button", { name: "A/B, now 2" }).count()).toBe(1);
  expect(await page.evaluate("window.copied")).toBe(1);
  await page
    .getByRole("button", { name: /Choose this take/ })
    .first()
    .focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press(" ");
  await expect.poll(() => page.evaluate("window.copied")).toBe(2);
  expect(await playing(page)).toEqual([false, false]);
  await visitor.leave();
});

test("a fresh picture shows where it was sent, by a click and by keys, and Space plays the one with the focus", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  const wave = page.locator(".wave").nth(1);
  const time = page.locator(".transport .time").nth(1);
  const box = await wave.boundingBox();
  await wave.click({ position: { x: (box?.width ?? 0) * 0.75, y: 20 } });
  await time.getByText("0:15 / 0:20").waitFor({ timeout: STEP_MS });
  expect(await wave.getAttribute("aria-valuetext")).toBe("0:15 of 0:20");
  await page.getByRole("region", { name: "Player" }).getByText("Two takes (take 2)").waitFor();
  expect(await cursorOf(page, 1)).toBeGreaterThan(0.7);
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([false, true]);
  await page.keyboard.press(" ");

  const first = page.getByRole("slider", { name: "Position in Two takes (take 1)" });
  await first.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.locator(".transport .time").first().getByText("0:10 / 0:20").waitFor({ timeout: STEP_MS });
  expect(await cursorOf(page, 0)).toBeGreaterThan(0.45);
  await page.keyboard.press(" ");
  await expect.poll(() => playing(page)).toEqual([true, false]);
  await visitor.leave();
});

test("what is shorter is not swapped in where it is over, and what ends while it is compared ends alone", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  const first = page.locator("audio").first();
  await page.getByRole("button", { name: "Play Two takes (take 2)" }).click();
  await expect.poll(() => position(page, 1)).toBeGreaterThan(0);
  // As a file of 9 s would.
  await first.evaluate((audio: HTMLAudioElement) =>
    Object.defineProperty(audio, "duration", { get: () => 9, configurable: true }),
  );
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => position(page, 1)).toBeGreaterThan(9.5);
  await page.keyboard.press("x");
  await page.getByRole("status").getByText("Two takes (take 1) is over here: it ends at 0:09.").waitFor();
  await page.keyboard.press("1");
  expect(await playing(page)).toEqual([false, true]);
  expect(await gains(page)).toEqual([1, 1]);

  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("1");
  await page.getByRole("button", { name: "A/B, now 1" }).waitFor({ timeout: STEP_MS });
  await first.evaluate((audio: HTMLAudioElement) => {
    Reflect.deleteProperty(audio, "duration");
    audio.currentTime = audio.duration - 0.3;
  });
  await page.getByRole("status").getByText("Two takes (take 1) is over.").waitFor({ timeout: STEP_MS });
  await expect.poll(() => playing(page)).toEqual([false, false]);
  expect(await page.getByRole("button", { name: "A/B, now 1" }).count()).toBe(1);
  await visitor.leave();
});

test("what has the focus is never hidden under the bar, which leaves most of a low window free", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.setViewportSize({ width: 640, height: 320 });
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  const bar = page.getByRole("region", { name: "Player" });
  expect((await bar.boundingBox())?.height ?? 999).toBeLessThan(0.25 * 320);
  await page.evaluate("scrollTo(0, 0); document.activeElement.blur()");
  for (let time = 0; time < 40; time += 1) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(`(() => {
      const { activeElement: it } = document;
      const bar = document.querySelector(".deck");
      if (bar.contains(it) || it === document.body) return null;
      const { bottom } = it.getBoundingClientRect();
      return bottom > bar.getBoundingClientRect().top + 1 ? it.outerHTML : null;
    })()`);
    expect(hidden).toBeNull();
  }
  await visitor.leave();
});

function gains(page: Page): Promise<number[]> {
  return page
    .locator("audio")
    .evaluateAll((all: HTMLAudioElement[]) => all.map(({ dataset }) => Number(dataset["gain"] ?? 1)));
}

/** Where the picture of a take is played to, from 0 to 1. */
function cursorOf(page: Page, index: number): Promise<number> {
  return page
    .locator(".wave")
    .nth(index)
    .evaluate((wave: HTMLElement) => {
      const parts = Array.from(wave.children, ({ shadowRoot }) => shadowRoot?.querySelector<HTMLElement>(".progress"));
      return Number.parseFloat(parts[0]?.style.width ?? "0") / 100;
    });
}
