/**
 * Somebody with a browser. What they must never see is recorded: an error on the console, a policy that was violated,
 * a request to another origin.
 */
import axe from "axe-core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { fileURLToPath } from "node:url";

export interface Visitor {
  readonly page: Page;
  /** What went wrong so far; empty is right. */
  readonly faults: string[];
  /** Statuses by path, in order. */
  readonly answers: { readonly path: string; readonly status: number }[];
  leave(): Promise<void>;
}

const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url);

/** Debian's, or the one that CHROMIUM names. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/** Pages of `origin`; nothing is opened yet. */
export async function visit(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: origin, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const answers: { path: string; status: number }[] = [];
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    faults.push(`console: ${message.text()} (${new URL(message.location().url, origin).pathname})`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (asked !== origin && protocol !== "data:" && protocol !== "blob:") faults.push(`request to ${asked}`);
  });
  page.on("response", (response) =>
    answers.push({ path: new URL(response.url()).pathname, status: response.status() }),
  );
  return { page, faults, answers, leave: () => context.close() };
}

export async function logIn({ page }: Visitor, apiToken: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("API token").fill(apiToken);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/tasks");
}

/** The rules that the page breaks, with what breaks them. */
export async function violations(page: Page): Promise<readonly string[]> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source);
  const broken: unknown = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`,
  );
  return Array.isArray(broken) ? broken.map(String) : [`axe answered ${JSON.stringify(broken)}`];
}

/** Into a folder that git ignores, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, SCREENSHOTS)), fullPage: true });
}

/** What the window shows, into the ignored folder unless `file` names another place. How many bytes it has. */
export async function picture(page: Page, name: string, file?: string): Promise<number> {
  return (await page.screenshot({ path: file ?? fileURLToPath(new URL(`${name}.png`, SCREENSHOTS)) })).length;
}
