/** A take that cannot be loaded: the player says why, and plays it as soon as it can. */
import { expect, test } from "vitest";
import { API_TOKEN } from "../e2e/stand.ts";
import { listener, playing, position, STEP_MS, twoTakes } from "./two-takes.ts";
import { logIn } from "./visitor.ts";

const here = twoTakes();

test("a take that could not be loaded plays at the next press, and the bar says why it did not", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  const said = page.locator(".deck .said");
  await page.route("**/audio", (route) => route.abort());
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  await said.getByText("The Worker cannot be reached, so Two takes (take 1) does not play.").waitFor();
  expect(await page.locator(".deck-name").textContent()).toBe("Two takes (take 1)");
  await page.unroute("**/audio");
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  await expect.poll(() => position(page, 0), { timeout: STEP_MS }).toBeGreaterThan(0.2);
  expect(await said.textContent()).toBe("");
  await page.keyboard.press(" ");

  await page.context().clearCookies();
  await page.getByRole("button", { name: "Play Two takes (take 2)" }).click();
  await said.getByText("Your session has ended.").waitFor({ timeout: STEP_MS });
  await page.setViewportSize({ width: 640, height: 320 });
  expect(await said.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
  const way = await said.getByRole("link", { name: "Log in" }).getAttribute("href");
  expect(way).toBe(`/login?next=%2Ftasks%2F${here().taskId}`);
  const elsewhere = await page.context().newPage();
  await logIn({ ...visitor, page: elsewhere }, API_TOKEN);
  await page.bringToFront();
  await page.getByRole("button", { name: "Play Two takes (take 2)" }).click();
  await expect.poll(() => position(page, 1), { timeout: STEP_MS }).toBeGreaterThan(0.2);
  expect(await said.textContent()).toBe("");
  await visitor.leave();
});

test("a song of the list that cannot be loaded says so in the bar", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.goto("/tasks");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Play Two takes" }).click();
  const said = page.locator(".deck .said");
  await expect.poll(() => said.textContent(), { timeout: STEP_MS }).toBe("Your session has ended. Log in");
  await visitor.leave();
});

test("a take that cannot be loaded is not swapped in", async () => {
  const visitor = await listener(here());
  const { page } = visitor;
  await page.getByRole("button", { name: "Play Two takes (take 1)" }).click();
  await expect.poll(() => position(page, 0)).toBeGreaterThan(0.2);
  await page.route("**/audio", (route) => route.abort());
  await page.keyboard.press("2");
  await page.getByRole("status").getByText("so Two takes (take 2) does not play").waitFor({ timeout: STEP_MS });
  await expect.poll(() => playing(page)).toEqual([true, false]);
  expect(await page.locator(".deck-name").textContent()).toBe("Two takes (take 1)");
  await visitor.leave();
});
