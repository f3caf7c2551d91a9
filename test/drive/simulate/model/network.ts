/**
 * The other end of each `fetch`: the provider's files and its API, and the endpoint that is told.
 *
 * In the storm any of them may refuse, break off, fall silent, or lie as the provider has been seen to lie. What came of
 * it is written down for the laws.
 */
import { oneOf } from "../../../rig/provider/hostile/random.ts";
import { contentOf, misfitOf, PAGE, partOf, recognisable, tellsLength } from "../laws/content.ts";
import { SimulatedResponse, unlessAborted, type Answer, type Network } from "./response.ts";
import { hasAudio, linksOf, momentOf, recordLink, type Script, type ScriptedLink } from "../script.ts";
import { recordOf, recoveryOf } from "../words.ts";
import type { World } from "../world.ts";

/** All times are epoch milliseconds. */
export interface Internet {
  readonly network: Network;
  /** When each address was asked. */
  readonly fetched: ReadonlyMap<string, readonly number[]>;
  /** When the provider was asked about the task. */
  readonly asked: readonly number[];
  /** The record's answers that could be read. */
  readonly answers: readonly RecordTold[];
  /** When the provider was told to make new links. */
  readonly recoveries: readonly number[];
}

export interface RecordTold {
  readonly askedAt: number;
  /** The audio links that it names; null where it was not the record as it is now. */
  readonly urls: ReadonlySet<string> | null;
}

interface Told {
  readonly answer: Answer | null;
  /** Of a record that can be read. */
  readonly urls?: ReadonlySet<string> | null;
}

const FAULTS = 0.3;
const RECOVERY_MS = 20_000;

export function internetOf(world: World, script: Script, submittedAt: number): Internet {
  const links = new Map(linksOf(script).map((link) => [link.url, link] as const));
  const fetched = new Map<string, number[]>();
  const asked: number[] = [];
  const answers: RecordTold[] = [];
  const recoveries: number[] = [];

  function file(url: string): Answer | null | "closed" {
    const link = links.get(url);
    if (link === undefined) return { status: 404 };
    if (world.now - submittedAt >= link.turnsAt) return turned(link);
    const whole = sized(world, contentOf(link));
    return world.storm && world.chance(FAULTS) ? faultyFile(world, whole, link) : whole;
  }

  function record(): Told {
    const at = world.now - submittedAt;
    const kind = world.storm && world.chance(FAULTS) ? whole(world, 6) : null;
    if (kind === 0) return { answer: { status: 500 } };
    if (kind === 1) return { answer: json({ code: 429, msg: "too many requests", data: null }) };
    if (kind === 4) return { answer: null };
    if (kind === 5) return { answer: json({ code: 200, msg: "success", data: null }), urls: null };
    const moment = momentOf(script, kind === 3 ? at - 60_000 : at);
    const mute = kind === 2;
    const named = script.tracks.filter((_, index) => !mute && hasAudio(moment, index));
    const urls = new Set(named.map((track) => recordLink(track, moment, at).url));
    const answer = json(recordOf(script, moment, at, mute));
    return { answer, urls: kind === null ? urls : null };
  }

  function recovery(recoveryId: string): Answer | null {
    if (world.storm && world.chance(FAULTS)) return oneOf(world.random, [{ status: 500 }, null]);
    const startedAt = recoveries[Number(recoveryId.replace(/\D/g, ""))] ?? Infinity;
    return json(recoveryOf(script, recoveryId, world.now - startedAt >= RECOVERY_MS));
  }

  function recover(): Answer | null {
    const fault = world.storm && world.chance(FAULTS) ? whole(world, 3) : null;
    if (fault === 0) return { status: 500 };
    recoveries.push(world.now);
    return fault === 1 ? null : json({ code: 200, msg: "success", data: { task_id: `r${recoveries.length - 1}` } });
  }

  function answerTo({ hostname, pathname, href, searchParams }: URL): Told | "closed" {
    if (hostname === "cdn.example.com") {
      const answer = file(href);
      return answer === "closed" ? answer : { answer };
    }
    if (pathname.endsWith("/suno/recovery")) return { answer: recover() };
    if (pathname.endsWith("/recovery/record-info")) return { answer: recovery(searchParams.get("task_id") ?? "") };
    if (pathname.endsWith("/record-info")) return record();
    const answers = [{ status: 500 }, { status: 302 }, null];
    return {
      answer:
        world.storm && world.chance(FAULTS) ? oneOf(world.random, [answers[0] ?? null, ...answers]) : { status: 204 },
    };
  }

  return {
    network: (url, signal) => {
      const { owner } = world;
      const startedAt = world.now;
      if (url.pathname.endsWith("/record-info") && !url.pathname.includes("/recovery/")) asked.push(startedAt);
      else fetched.set(url.href, [...(fetched.get(url.href) ?? []), startedAt]);
      return unlessAborted(signal, (resolve, reject) => {
        owner.whenDurable(() =>
          world.after(world.some(1, 400), owner, () => {
            const told = answerTo(url);
            const { answer, urls } = told === "closed" ? { answer: null } : told;
            world.trace(
              `${owner.name}: fetch ${url.pathname} ${told === "closed" ? told : answer === null ? "hangs" : answer.status}`,
            );
            if (told === "closed") return reject(new Error("the connection was refused"));
            if (answer === null) return;
            if (world.storm && world.chance(0.02)) return reject(new Error("the connection failed"));
            if (urls !== undefined) answers.push({ askedAt: startedAt, urls });
            resolve(new SimulatedResponse(world, answer, signal));
          }),
        );
      });
    },
    fetched,
    asked,
    answers,
    recoveries,
  };
}

/** What a link answers once it has turned. */
function turned(link: ScriptedLink): Answer | "closed" {
  switch (link.into) {
    case "html":
      return { status: 200, body: PAGE, headers: lengthOf(PAGE) };
    case "empty":
      return { status: 200, headers: { "content-length": "0" } };
    case "noise":
      return { status: 200, body: misfitOf(link), headers: lengthOf(misfitOf(link)) };
    case "part":
      return { status: 200, body: partOf(link), headers: tellsLength(link) ? lengthOf(contentOf(link)) : {} };
    case "closed":
      return link.into;
    default:
      return { status: link.into };
  }
}

function sized(world: World, body: Uint8Array): Answer {
  return { status: 200, body, headers: world.chance(0.03) ? {} : lengthOf(body) };
}

function faultyFile(
  world: World,
  file: Answer & { readonly body?: Uint8Array },
  link: ScriptedLink,
): Answer | null | "closed" {
  const { body = new Uint8Array(0) } = file;
  const part = body.subarray(0, Math.floor(body.length * world.random()));
  switch (whole(world, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { status: oneOf(world.random, [403, 404, 410, 441, 429, 500, 503]) };
    case 4:
      return { ...file, body: part, end: "cut" };
    case 5:
      return { ...file, body: part, end: "silence" };
    case 6:
      return { ...file, body: file.headers?.["content-length"] === undefined ? recognisable(part, body) : part };
    case 7:
      return { status: 200, body: PAGE, headers: lengthOf(PAGE) };
    case 8:
      return { status: 200, headers: { "content-length": "0" } };
    case 9:
      return { status: 200, body: misfitOf(link), headers: lengthOf(misfitOf(link)) };
    case 10:
      return "closed";
    default:
      return null;
  }
}

function lengthOf(body: Uint8Array): Readonly<Record<string, string>> {
  return { "content-length": String(body.length) };
}

/** From 0 to below `count`. */
function whole(world: World, count: number): number {
  return Math.floor(world.random() * count);
}

function json(value: object): Answer {
  return { status: 200, body: new TextEncoder().encode(JSON.stringify(value)) };
}
