/** Somebody who listens to a task with two takes of 20 s that were looked into; the positions and the states of both. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { API_TOKEN, startStand, type Stand } from "../e2e/stand.ts";
import { logIn, startBrowser, visit, type Visitor } from "./visitor.ts";

export const STEP_MS = 6_000;

export interface TwoTakes {
  readonly stand: Stand;
  readonly browser: Browser;
  readonly taskId: string;
}

/** For all tests of a file. */
export function twoTakes(): () => TwoTakes {
  let here: TwoTakes;
  beforeAll(async () => {
    const [stand, browser] = await Promise.all([
      startStand({ timeScale: 100, vars: { ASSESS: "full" }, provider: { songSeconds: 20 } }),
      startBrowser(),
    ]);
    const { taskId } = stand.submit("Two takes");
    here = { stand, browser, taskId };
    await stand.viewWhen(taskId, ({ tracks }) => tracks.length === 2 && tracks.every(isMeasured));
  });
  afterAll(async () => {
    await Promise.all([here.stand.stop(), here.browser.close()]);
  });
  return () => here;
}

/** On the page of the task, logged in, with both pictures drawn. */
export async function listener({ stand, browser, taskId }: TwoTakes): Promise<Visitor> {
  const visitor = await visit(browser, stand.origin);
  await logIn(visitor, API_TOKEN);
  await visitor.page.goto(`/tasks/${taskId}`);
  await visitor.page.locator(".wave").nth(1).waitFor({ timeout: STEP_MS });
  return visitor;
}

function isMeasured({ assessment }: { readonly assessment: { readonly state: string } | null }): boolean {
  return assessment?.state === "done";
}

export function playing(page: Page): Promise<boolean[]> {
  return page
    .locator("audio")
    .evaluateAll((all: HTMLAudioElement[]) => all.map(({ paused, ended }) => !paused && !ended));
}

export function position(page: Page, index: number): Promise<number> {
  return page
    .locator("audio")
    .nth(index)
    .evaluate(({ currentTime }: HTMLAudioElement) => currentTime);
}
