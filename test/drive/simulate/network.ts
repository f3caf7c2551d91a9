/**
 * The other end of each `fetch`: the provider's files and its API, and the endpoint that is told.
 *
 * In the storm any of them may refuse, break off, fall silent, or lie as the provider has been seen to lie.
 */
import { frames, joined, text } from "../../core/audio/audio-bytes.ts";
import { oneOf } from "../../rig/provider/random.ts";
import { SimulatedResponse, unlessAborted, type Answer, type Network } from "./response.ts";
import { momentOf, type Script, type ScriptedLink } from "./script.ts";
import { recordOf } from "./words.ts";
import type { World } from "./world.ts";

export interface Internet {
  readonly network: Network;
  /** When each address was asked, in epoch milliseconds. */
  readonly fetched: ReadonlyMap<string, readonly number[]>;
  /** When the provider was asked about the task. */
  readonly asked: readonly number[];
  /** The provider said once that it knows no such task. */
  readonly denied: () => boolean;
  /** What lies behind a link that lives. */
  readonly contentOf: (link: ScriptedLink) => Uint8Array;
}

const FAULTS = 0.3;
const PAGE = text("<html><body>It works!</body></html>");

export function internetOf(world: World, script: Script, submittedAt: number): Internet {
  const links = new Map(
    script.tracks.flatMap((track) =>
      [track.audio, track.fresh, track.cover].flatMap((link) => (link === null ? [] : [[link.url, link] as const])),
    ),
  );
  const fetched = new Map<string, number[]>();
  const asked: number[] = [];
  let denied = false;

  function file(url: string): Answer | null {
    const link = links.get(url);
    if (link === undefined) return { status: 404 };
    if (world.now - submittedAt >= link.deadFrom) return { status: link.deadStatus };
    const whole = wholeFile(world, contentOf(link));
    return world.storm && world.chance(FAULTS) ? faultyFile(world, whole) : whole;
  }

  function record(): Answer | null {
    const at = world.now - submittedAt;
    const moment = momentOf(script, at);
    if (!world.storm || !world.chance(FAULTS)) return json(recordOf(script, moment, at, false));
    const kind = whole(world, 6);
    if (kind === 0) return { status: 500 };
    if (kind === 1) return json({ code: 429, msg: "too many requests", data: null });
    if (kind === 2) return json(recordOf(script, moment, at, true));
    if (kind === 3) return json(recordOf(script, momentOf(script, at - 60_000), at, false));
    if (kind === 4) return null;
    denied = true;
    return json({ code: 200, msg: "success", data: null });
  }

  function answerTo({ hostname, pathname, href }: URL): Answer | null {
    if (hostname === "cdn.example.com") return file(href);
    if (pathname.endsWith("/record-info")) return record();
    return world.storm && world.chance(FAULTS)
      ? oneOf(world.random, [{ status: 500 }, { status: 302 }, null])
      : { status: 204 };
  }

  return {
    network: (url, signal) => {
      const { owner } = world;
      if (url.pathname.endsWith("/record-info")) asked.push(world.now);
      else fetched.set(url.href, [...(fetched.get(url.href) ?? []), world.now]);
      return unlessAborted(signal, (resolve, reject) => {
        owner.whenDurable(() =>
          world.after(world.some(1, 400), owner, () => {
            const answer = answerTo(url);
            world.trace(`${owner.name}: fetch ${url.pathname} ${answer === null ? "hangs" : answer.status}`);
            if (answer === null) return;
            if (world.storm && world.chance(0.02)) reject(new Error("the connection failed"));
            else resolve(new SimulatedResponse(world, answer, signal));
          }),
        );
      });
    },
    fetched,
    asked,
    denied: () => denied,
    contentOf,
  };
}

/** Each link has bytes of its own. */
function contentOf({ url, file }: ScriptedLink): Uint8Array {
  if (file === "cover") return joined(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), text(url), Uint8Array.of(0xff, 0xd9));
  const song = SONG.slice();
  song.set(text(url), 40);
  return song;
}

const SONG = frames(4);

function wholeFile(world: World, body: Uint8Array): Answer {
  const sized = !world.chance(0.03);
  return { status: 200, body, headers: sized ? { "content-length": String(body.length) } : {} };
}

function faultyFile(world: World, file: Answer & { readonly body?: Uint8Array }): Answer | null {
  const { body = new Uint8Array(0) } = file;
  const part = body.subarray(0, Math.floor(body.length * world.random()));
  const kind = whole(world, 10);
  if (kind < 4) return { status: oneOf(world.random, [403, 404, 410, 441, 429, 500, 503]) };
  if (kind === 4) return { ...file, body: part, end: "cut" };
  if (kind === 5) return { ...file, body: part, end: "silence" };
  if (kind === 6) return { ...file, body: part };
  if (kind === 7) return { status: 200, body: PAGE, headers: { "content-length": String(PAGE.length) } };
  if (kind === 8) return { status: 200, headers: { "content-length": "0" } };
  return null;
}

/** From 0 to below `count`. */
function whole(world: World, count: number): number {
  return Math.floor(world.random() * count);
}

function json(value: object): Answer {
  return { status: 200, body: new TextEncoder().encode(JSON.stringify(value)) };
}
