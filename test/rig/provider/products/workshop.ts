/** Makes what is no music: each product a task of its own, with real files of the track that it is made of. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { type Courier, deliver } from "../callbacks.ts";
import { oneOf, hex, type Random, randomFrom, whole } from "../hostile/random.ts";
import type { Instrument, Made, MadeFile, Task, Track } from "../ledger.ts";
import { cover } from "../serving/covers.ts";
import type { Links } from "../serving/links.ts";
import { stem, tagged } from "../serving/songs.ts";
import { play } from "../serving/synth.ts";
import { wav } from "../serving/wav.ts";
import { type Blueprint, KINDS, type LinkTo, madeBody, type MadeProduct } from "./kinds.ts";

/** What happens to a product: after so long in the provider's time it is there, or fails with a code. */
export type MadePlan = { readonly afterMs: number; readonly failure?: number; readonly silent?: boolean };

export type MakeRequest = Made["request"];

export type WorkshopDeps = {
  readonly seed: number;
  readonly links: Links;
  readonly courier: Courier;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly track: (trackId: string) => Track | null;
  readonly plan: (made: Made, random: Random) => MadePlan;
  /** Videos are at least so large. */
  readonly videoBytes: number;
  /** Takes the work that goes on after the answer. */
  readonly onStarted: (made: Made, life: Promise<void>) => void;
};

export type Workshop = {
  /** By their own task ids. */
  readonly made: ReadonlyMap<string, Made>;
  /** Without rules and limits. */
  readonly make: (product: MadeProduct, request: MakeRequest, plan?: MadePlan) => Made;
  /** Whether there is what it is to be made of. */
  readonly hasOrigin: (product: MadeProduct, request: MakeRequest) => boolean;
  readonly linkTo: (made: Made) => LinkTo;
  /** The file at a path; null where there is none. */
  readonly fileAt: (path: string) => { readonly made: Made; readonly bytes: Uint8Array } | null;
};

const VIDEO = readFileSync(new URL("../serving/video.mp4", import.meta.url));

export function workshop(deps: WorkshopDeps): Workshop {
  const { seed, links, courier } = deps;
  const all = new Map<string, Made>();
  const shelf = new Map<string, { readonly made: Made; readonly bytes: () => Uint8Array }>();

  function originOf(product: MadeProduct, { taskId = "", audioId = "" }: MakeRequest): Track | null {
    const parent = KINDS[product].of === "stems" ? all.get(String(taskId)) : undefined;
    return parent === undefined ? deps.track(String(audioId)) : parent.track;
  }

  function linkTo({ files }: Made): LinkTo {
    return (name) => {
      const path = files.find((file) => file.name === name)?.path;
      // Raw spaces in links have been seen.
      return path === undefined ? "" : links.current(path).replaceAll("%20", " ");
    };
  }

  async function finish(made: Made): Promise<void> {
    const files: MadeFile[] = [];
    for (const blueprint of KINDS[made.product].files(made.request)) {
      // Encoding blocks this process: others have their turn in between.
      await breathe();
      const path = `/made/${made.taskId}/${encodeURIComponent(blueprint.file)}`;
      const bytes = (): Uint8Array => bytesOf(made, blueprint, deps.videoBytes);
      const first = bytes();
      const file = { name: blueprint.name, path, sha256: hashOf(first), bytes: first.length };
      shelf.set(path, { made, bytes });
      files.push(file);
    }
    made.files = files;
    if (made.product === "midi" && made.track !== null) made.notes = notesOf(made.track, made.taskId);
    made.progress = "complete";
  }

  async function live(made: Made, { afterMs, failure, silent = false }: MadePlan): Promise<void> {
    await courier.pace.wait(afterMs);
    if (failure === undefined) await finish(made);
    else {
      made.failure = { code: failure, message: "It could not be made" };
      made.progress = "failed";
    }
    if (!silent) await deliver(made, made.progress, madeBody(made, linkTo(made)), courier);
  }

  return {
    made: all,
    linkTo,
    hasOrigin,
    make(product, request, plan) {
      const made: Made = {
        taskId: hex(randomFrom("made", seed, all.size), 32),
        at: Date.now(),
        product,
        request,
        track: originOf(product, request),
        callbacks: [],
        fetches: [],
        asks: [],
        files: [],
        notes: [],
        progress: "pending",
        failure: null,
        silenced: false,
      };
      all.set(made.taskId, made);
      deps.onStarted(made, live(made, plan ?? deps.plan(made, randomFrom("made plan", seed, all.size))));
      return made;
    },
    fileAt(path) {
      const kept = shelf.get(path);
      return kept === undefined ? null : { made: kept.made, bytes: kept.bytes() };
    },
  };

  function hasOrigin(product: MadeProduct, request: MakeRequest): boolean {
    switch (KINDS[product].of) {
      case "track":
        return originOf(product, request) !== null;
      case "task":
        return deps.tasks.has(String(request["taskId"]));
      case "stems":
        return all.get(String(request["taskId"]))?.product === "stems";
      case null:
        return true;
    }
  }
}

/** As the real ones: a song's stems take some 80 s. */
export function usualMadePlan(_: Made, random: Random): MadePlan {
  return { afterMs: whole(random, 10_000, 80_000) };
}

/** A failure of the product's own. */
export function failingMadePlan({ product }: Made, random: Random): MadePlan {
  return { afterMs: whole(random, 5_000, 30_000), failure: oneOf(random, KINDS[product].failureCodes) };
}

/** The same for the same product of the same task; no two share their bytes. */
function bytesOf({ taskId, track }: Made, { name, of }: Blueprint, videoBytes: number): Uint8Array {
  if (of === "picture") return cover(`${taskId} ${name}`);
  if (of === "video") return video(taskId, videoBytes);
  if (track === null) throw new Error(`${name} of ${taskId} is made of no track`);
  const { songSeed, seconds, title } = track;
  if (of === "wav") return wav(play(songSeed, seconds), `made ${taskId}`);
  return tagged(stem(songSeed, seconds, of), title, `${name} of ${taskId}`);
}

/** One small film for all, with a free box at its end: of the task's id, and as large as is wanted. */
function video(taskId: string, atLeast: number): Uint8Array {
  const box = Buffer.alloc(Math.max(8 + taskId.length, atLeast - VIDEO.length));
  box.writeUInt32BE(box.length);
  box.write(`free${taskId}`, 4);
  return new Uint8Array(Buffer.concat([VIDEO, box]));
}

/** Times are numbers at one brand, words at the other. */
function notesOf({ songSeed, seconds }: Track, taskId: string): readonly Instrument[] {
  const inWords = randomFrom("notes", taskId)() < 0.5;
  const time = (at: number): number | string => (inWords ? at.toFixed(3) : Number(at.toFixed(3)));
  const { notes } = play(songSeed, seconds);
  return [...Map.groupBy(notes, ({ part }) => part)].map(([part, played]) => ({
    name: part === "drums" ? "Drums" : part,
    notes: played.map(({ pitch, start, end }) => ({ pitch, start: time(start), end: time(end), velocity: 0.8 })),
  }));
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
