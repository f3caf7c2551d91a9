/** A part of a page becomes another one, whatever came, went or changed beside what someone is using. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { song } from "../rig/provider/serving/songs.ts";
import { startBrowser } from "./visitor.ts";

const MORPH = fileURLToPath(new URL("../../src/browser/morph.ts", import.meta.url));
const SOUND = `data:audio/mpeg;base64,${Buffer.from(song(1, 3).bytes).toString("base64")}`;

/** What comes and goes beside it, much of it of the same kind. */
const SIBLINGS = [
  `<div class="cover"></div>`,
  `<img class="cover" alt="">`,
  `<p class="note">Not kept yet.</p>`,
  `<p class="note">Being listened to.</p>`,
  `<p>Plain</p>`,
  `<details><summary>Other</summary><p>words</p></details>`,
  `<form action="/other"><button>Do it</button></form>`,
  `<section aria-labelledby="other"><p>words</p></section>`,
  `<a class="button" href="/other">Other</a>`,
  `<div><a href="/other">Other</a></div>`,
  `<ul class="findings"><li>words</li></ul>`,
] as const;

/** `SOUND` is filled in on the page. */
const USED = [
  `<div class="track-body"><div class="player" id="p" data-player="/a"><audio loop src="SOUND"></audio></div></div>`,
  `<details><summary>Measured</summary><p>words</p></details>`,
  `<form action="/used"><button id="focus">Do it</button></form>`,
  `<section aria-labelledby="used"><h2>Used</h2><button id="focus">Do it</button></section>`,
  `<a class="button" href="/used" id="focus">Used</a>`,
  `<div class="row"><a href="/used" id="focus">Used</a></div>`,
] as const;

const beside = fc.array(fc.constantFrom(...SIBLINGS), { maxLength: 4 });

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await startBrowser();
  page = await browser.newPage();
  const { outputFiles } = await build({
    entryPoints: [MORPH],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "morphing",
  });
  await page.setContent("<main></main>");
  await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
});
afterAll(() => browser.close());

test("what plays, is open or has the focus stays itself, whatever comes, goes or changes beside it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...USED),
      ...([beside, beside, beside, beside] as const),
      async (used, before, after, beforeNow, afterNow) => {
        const wanted = [...beforeNow, used, ...afterNow];
        expect(await morphed([...before, used, ...after], wanted, before.length)).toEqual({
          isSameElement: true,
          isInPlace: true,
          isInUse: true,
          isAsWanted: true,
        });
      },
    ),
    { numRuns: 300, examples: [[USED[0], [SIBLINGS[0]], [], [SIBLINGS[1]], []]] },
  );
});

test("a page becomes what is wanted, from whatever it was", async () => {
  const part = fc.array(fc.constantFrom(...SIBLINGS, ...USED.slice(1)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(part, part, async (from, to) => {
      expect(await morphed(from, to, null)).toMatchObject({ isAsWanted: true });
    }),
    { numRuns: 200 },
  );
});

/** What became of the child at `place`, which someone was using. */
function morphed(from: readonly string[], to: readonly string[], place: number | null): Promise<unknown> {
  return page.evaluate(
    `(async (from, to, place, sound) => {
      const [main, wanted] = [document.querySelector("main"), document.createElement("main")];
      document.body.replaceChildren(main);
      main.innerHTML = from.join("").replace("SOUND", sound);
      wanted.innerHTML = to.join("").replace("SOUND", sound);
      const kept = wanted.cloneNode(true);
      const used = main.children[place];
      const [audio, field] = [used?.querySelector("audio"), main.querySelector("#focus")];
      if (audio) await audio.play();
      else if (place !== null && field) field.focus();
      else if (used) used.open = true;
      const inside = audio ?? field ?? used;
      morphing.morph(main, wanted);
      await new Promise((resolve) => setTimeout(resolve));
      const at = to.findIndex((html) => html === from[place]);
      const isInUse = audio ? !audio.paused : field ? document.activeElement === field : used?.open;
      used?.removeAttribute("open");
      return {
        isSameElement: inside?.isConnected && main.contains(inside),
        isInPlace: main.children[at] === used,
        isInUse,
        isAsWanted: main.isEqualNode(kept),
      };
    })(${JSON.stringify(from)}, ${JSON.stringify(to)}, ${JSON.stringify(place)}, "${SOUND}")`,
  );
}
