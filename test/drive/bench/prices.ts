/**
 * What Cloudflare asks, in dollars, at list price on the paid plan and before the included usage; and what a task is
 * taken to be where that is not counted. The one place with prices: everything else multiplies.
 *
 * Sources, read on 2026-11-23: the pricing pages of Workers, Durable Objects, KV and R2.
 */
import type { Counts } from "./figures.ts";

export const PRICES_OF = "2026-11-23";

/** For a million of each. */
const PER_MILLION = {
  workerRequest: 0.3,
  workerCpuMs: 0.02,
  objectRequest: 0.15,
  objectGbSecond: 12.5,
  rowRead: 0.001,
  rowWritten: 1,
  kvRead: 0.5,
  /** Deletes and lists too. */
  kvWrite: 5,
  r2ClassA: 4.5,
  r2ClassB: 0.36,
} as const;

/** For a GB and month. */
const STORAGE = { r2: 0.015, objects: 0.2 } as const;

/** An object is billed as if it had this much memory. */
const OBJECT_GB = 0.128;

export const ASSUMED = {
  /** From a real CDN; files of one stage come side by side. The drive's own files come from this machine, at once. */
  copySeconds: 3,
  /** Of music, for the two tracks together. */
  minutes: 6,
  /** Bytes in R2 for each task: two songs and two covers. */
  fileBytes: 2 * 6_500_000 + 2 * 300_000,
} as const;

export interface CostLine {
  readonly what: string;
  readonly perTask: number;
  readonly dollarsPerMillion: number;
}

export interface Spent {
  /** For one task. */
  readonly counts: Counts;
  /** Of the Worker, for one task, in milliseconds. */
  readonly workerCpuMs: number;
  /** Of the assessment, for one task, in milliseconds. */
  readonly assessCpuMs: number;
}

type Price = keyof typeof PER_MILLION;

/** Every billed kind of operation once; what is free is left out. Throws on a count that nobody prices. */
export function costLines({ counts, workerCpuMs, assessCpuMs }: Spent): readonly CostLine[] {
  const used = new Map<Price, number>();
  for (const [operation, times] of Object.entries(counts)) {
    const price = priceOf(operation);
    if (price !== null) used.set(price, (used.get(price) ?? 0) + times);
  }
  const busySeconds = sum(counts, (name) => name.endsWith(".busyMs")) / 1_000;
  const line = (what: string, price: Price, perTask = used.get(price) ?? 0): CostLine => ({
    what,
    perTask,
    dollarsPerMillion: perTask * PER_MILLION[price],
  });
  return [
    line("Worker requests", "workerRequest"),
    line("Worker CPU, ms (all CPU of the local process: at most)", "workerCpuMs", workerCpuMs),
    line("Assessment CPU, ms", "workerCpuMs", assessCpuMs),
    line("Durable Object requests: calls and alarm runs", "objectRequest"),
    line("Durable Object GB-s: local calls and runs", "objectGbSecond", busySeconds * OBJECT_GB),
    line("Durable Object GB-s: copying (assumed)", "objectGbSecond", ASSUMED.copySeconds * OBJECT_GB),
    line("Durable Object GB-s: waiting for the assessment", "objectGbSecond", (assessCpuMs / 1_000) * OBJECT_GB),
    line("rows read", "rowRead"),
    line("rows written, alarms included", "rowWritten"),
    line("KV reads", "kvRead"),
    line("KV writes", "kvWrite"),
    line("R2 class A: put, list", "r2ClassA"),
    line("R2 class B: get, head", "r2ClassB"),
  ];
}

/** Dollars a month for what a million tasks leave behind. */
export function storageLines(objectBytes: number): readonly CostLine[] {
  return [
    storageLine("R2, bytes (assumed)", ASSUMED.fileBytes, STORAGE.r2),
    storageLine("Durable Objects, bytes on the local disk", objectBytes, STORAGE.objects),
  ];
}

/** A byte for each of a million tasks is a thousandth of a GB. */
function storageLine(what: string, bytes: number, price: number): CostLine {
  return { what, perTask: bytes, dollarsPerMillion: (bytes / 1_000) * price };
}

/** Null for what is free, or priced by its time. */
function priceOf(operation: string): Price | null {
  if (operation === "fetch" || operation === "r2.delete" || operation.endsWith(".busyMs")) return null;
  if (operation.endsWith(".rowsRead")) return "rowRead";
  if (operation.endsWith(".rowsWritten") || operation.endsWith(".alarmWrites")) return "rowWritten";
  if (operation.startsWith("worker.")) return "workerRequest";
  if (operation.startsWith("tasks.") || operation.startsWith("catalog.")) return "objectRequest";
  if (operation === "kv.get") return "kvRead";
  if (operation.startsWith("kv.")) return "kvWrite";
  if (operation === "r2.get" || operation === "r2.head") return "r2ClassB";
  if (operation.startsWith("r2.")) return "r2ClassA";
  throw new Error(`nobody knows what ${operation} costs`);
}

function sum(counts: Counts, wanted: (operation: string) => boolean): number {
  return Object.entries(counts).reduce((total, [name, times]) => total + (wanted(name) ? times : 0), 0);
}
