/**
 * Time to the 200 of a callback, against the least that a Worker can do and against Express.
 *
 * All in one run, in turn, by one client; the ratio to quote is the median over the rounds of the ratio within each.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { BACKLINE, FLOOR, startContenders, type Contender } from "../contenders/contenders.ts";
import {
  atMost,
  median,
  rotated,
  shown,
  spreadOf,
  type Goal,
  type Report,
  type Spread,
  type Table,
} from "../figures.ts";
import { closedLoop, openLoop, percentile, type Latencies, type Shot } from "./load.ts";

export interface AckOptions {
  readonly rounds: number;
  readonly requests: number;
  /** Of the closed loop. */
  readonly connections: readonly number[];
  /** Requests a second of the open loop. */
  readonly rates: readonly number[];
  /** An open loop lasts so long at most. */
  readonly openSeconds: number;
}

/**
 * Fresh: the first callback of a task, which makes its object. Warm: the second one, while the object is in memory.
 * Asleep: the third one, once the platform has dropped the object from memory.
 */
type Tasks = "fresh" | "warm" | "asleep";

/** The platform drops an object after 10 s without a call. */
const ASLEEP_MS = 12_000;

type Load =
  | { readonly loop: "closed"; readonly connections: number }
  | { readonly loop: "open"; readonly perSecond: number };

interface Figure {
  readonly load: Load;
  readonly tasks: Tasks;
  readonly contender: string;
  /** Medians over the rounds. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** p50 over that of the floor, and p99 over its p99, of each round. */
  readonly timesFloor: Spread;
  readonly p99TimesFloor: Spread;
}

export async function benchAck(options: AckOptions): Promise<Report> {
  const loads: readonly Load[] = [
    ...options.connections.map((connections) => ({ loop: "closed", connections }) as const),
    ...options.rates.map((perSecond) => ({ loop: "open", perSecond }) as const),
  ];
  const contenders = await startContenders();
  try {
    const figures: Figure[] = [];
    for (const load of loads) figures.push(...(await measure(contenders, load, options)));
    return reportOf(loads, figures, options);
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

async function measure(
  contenders: readonly Contender[],
  load: Load,
  { rounds, requests, openSeconds }: AckOptions,
): Promise<readonly Figure[]> {
  const count = load.loop === "closed" ? requests : Math.min(requests, load.perSecond * openSeconds);
  const runs = new Map<string, Latencies[]>();
  // The first round warms the processes up.
  for (let round = -1; round < rounds; round += 1) {
    const ids = Array.from({ length: count }, () => crypto.randomUUID().replaceAll("-", ""));
    const run = async (contender: Contender, tasks: Tasks): Promise<void> => {
      const latencies = await fired(
        contender,
        load,
        ids.map((id) => shotOf(contender, id, tasks)),
      );
      const name = `${tasks} ${contender.name}`;
      if (round >= 0) runs.set(name, [...(runs.get(name) ?? []), latencies]);
    };
    for (const contender of rotated(contenders, round)) {
      await run(contender, "fresh");
      await run(contender, "warm");
    }
    if (load.loop === "open") continue;
    await sleep(ASLEEP_MS);
    for (const contender of rotated(contenders, round)) await run(contender, "asleep");
  }
  const measured: readonly Tasks[] = load.loop === "open" ? ["fresh", "warm"] : ["fresh", "warm", "asleep"];
  return measured.flatMap((tasks) =>
    contenders.map(({ name }) => {
      const floors = runs.get(`${tasks} ${FLOOR}`) ?? [];
      return { load, tasks, contender: name, ...figuresOf(runs.get(`${tasks} ${name}`) ?? [], floors) };
    }),
  );
}

function fired({ origin }: Contender, load: Load, shots: readonly Shot[]): Promise<Latencies> {
  return load.loop === "closed" ? closedLoop(origin, load.connections, shots) : openLoop(origin, load.perSecond, shots);
}

function figuresOf(
  own: readonly Latencies[],
  floors: readonly Latencies[],
): Omit<Figure, "load" | "tasks" | "contender"> {
  const timesFloorAt = (share: number): Spread =>
    spreadOf(own.map((run, round) => percentile(run, share) / percentile(floors[round] ?? run, share)));
  const at = (share: number): number => median(own.map((run) => percentile(run, share)));
  const requestsPerSecond = median(own.map((run) => run.requestsPerSecond));
  return {
    requestsPerSecond,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    timesFloor: timesFloorAt(0.5),
    p99TimesFloor: timesFloorAt(0.99),
  };
}

function shotOf(contender: Contender, id: string, tasks: Tasks): Shot {
  const track = (n: number): object => ({
    id: `${id}${n}`,
    audio_url: "",
    stream_audio_url: `https://stream.example.com/${id}${n}`,
    image_url: "",
    prompt: "bench",
    model_name: "V5",
    title: `Track ${n}`,
    tags: "house, 120 bpm",
    createTime: 1_769_670_760_000,
  });
  const data =
    tasks === "fresh"
      ? { callbackType: "text", task_id: id, data: [] }
      : { callbackType: "first", task_id: id, data: [track(1), track(tasks === "warm" ? 2 : 3)] };
  return { path: contender.pathOf(id), body: JSON.stringify({ code: 200, msg: "success", data }) };
}

function reportOf(loads: readonly Load[], figures: readonly Figure[], { rounds, requests }: AckOptions): Report {
  return {
    title: `Time to the 200 of a callback; ${rounds} rounds of at most ${requests} requests, in turn, medians over the rounds.`,
    tables: loads.map((load) => tableOf(load, figures)),
    goals: figures.flatMap(goalsOf),
    notes: ["Open loop: a latency counts from when its request was due, so waiting behind others counts too."],
    figures: { rounds, requests, figures },
  };
}

/** Of the closed loop: in the open one a machine this small measures its own timers. To load an object is the platform's. */
function goalsOf({ load, tasks, contender, timesFloor, p99TimesFloor }: Figure): readonly Goal[] {
  if (contender !== BACKLINE || load.loop === "open" || tasks === "asleep") return [];
  const where = `${tasks} tasks, ${load.connections} connections, as a multiple of the floor`;
  return [atMost(`p50, ${where}`, timesFloor.median, 1.25), atMost(`p99, ${where}`, p99TimesFloor.median, 1.5)];
}

function tableOf(load: Load, figures: readonly Figure[]): Table {
  const heading =
    load.loop === "closed"
      ? `closed loop, connections: ${load.connections}`
      : `open loop, ${load.perSecond} requests a second`;
  return {
    heading,
    rows: figures
      .filter((figure) => figure.load === load)
      .map(({ tasks, contender, ...figure }) => ({
        tasks,
        contender,
        "req/s": Math.round(figure.requestsPerSecond),
        "p50 ms": figure.p50Ms.toFixed(2),
        "p95 ms": figure.p95Ms.toFixed(2),
        "p99 ms": figure.p99Ms.toFixed(2),
        "p50 / floor": shown(figure.timesFloor),
        "p99 / floor": shown(figure.p99TimesFloor),
      })),
  };
}
