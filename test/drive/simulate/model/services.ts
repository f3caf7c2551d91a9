/** R2 and KV: their contents, and handles on them whose calls may be slow, fail, or fail though they land. */
import { FixedReadable, type FixedWriter } from "./fixed-length.ts";
import type { World } from "../world.ts";

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly customMetadata: Readonly<Record<string, string>>;
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

export interface PutOptions {
  readonly customMetadata?: Readonly<Record<string, string>>;
}

const FAULTS = 0.15;
const KV_GAP_MS = 1_000;

export class Bucket {
  readonly objects = new Map<string, StoredObject>();
  /** What was there once, and was lost by nobody's wish. */
  readonly lost = new Set<string>();
  readonly #world: World;
  readonly #onDelete: (key: string) => void;

  /** `onDelete` is told of each key that is deleted, before it is. */
  constructor(world: World, onDelete: (key: string) => void) {
    this.#world = world;
    this.#onDelete = onDelete;
  }

  /** As it should never happen. */
  lose(key: string): void {
    this.#world.trace(`R2 loses ${key}`);
    this.objects.delete(key);
    this.lost.add(key);
  }

  async put(key: string, body: Uint8Array | string | FixedReadable, options: PutOptions = {}): Promise<void> {
    const plan = this.#world.servicePlan(FAULTS);
    const { customMetadata = {} } = options;
    if (body instanceof FixedReadable && plan.error !== null && !plan.lands && this.#world.chance(0.5))
      body.fail(plan.error);
    const bytes =
      body instanceof FixedReadable
        ? await body.whole
        : typeof body === "string"
          ? new TextEncoder().encode(body)
          : body;
    await this.#world.call(`R2 put ${key}`, plan, () => void this.objects.set(key, { bytes, customMetadata }));
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    await this.#world.call(`R2 delete ${all.join(" ")}`, this.#world.servicePlan(FAULTS), () => {
      for (const key of all) {
        this.#onDelete(key);
        this.objects.delete(key);
      }
    });
  }

  /** Pages are small, so that lists have several. */
  async list({
    prefix,
    cursor,
    startAfter,
  }: {
    prefix: string;
    cursor?: string;
    startAfter?: string;
  }): Promise<object> {
    return this.#world.call(`R2 list ${prefix}`, this.#world.servicePlan(FAULTS), () => {
      const after = cursor ?? startAfter ?? "";
      const keys = this.keys(prefix).filter((key) => key > after);
      const page = keys.slice(0, 3);
      const objects = page.map((key) => {
        const { bytes, customMetadata } = this.objects.get(key) ?? { bytes: new Uint8Array(0), customMetadata: {} };
        return { key, size: bytes.length, customMetadata };
      });
      return { objects, truncated: keys.length > page.length, cursor: page.at(-1) };
    });
  }

  async get(key: string, { range }: { readonly range?: Range } = {}): Promise<object | null> {
    return this.#world.call(`R2 get ${key}`, this.#world.servicePlan(FAULTS), () => {
      const object = this.objects.get(key);
      if (object === undefined) return null;
      const { offset, length } = range ?? { offset: 0, length: object.bytes.length };
      const bytes = object.bytes.slice(offset, offset + length);
      return {
        text: async () => new TextDecoder().decode(bytes),
        arrayBuffer: async () => bytes.buffer,
        body: { pipeTo: (writable: FixedWriter) => pipe(bytes, writable) },
      };
    });
  }

  async head(key: string): Promise<object | null> {
    return this.#world.call(`R2 head ${key}`, this.#world.servicePlan(FAULTS), () => {
      const object = this.objects.get(key);
      return object === undefined ? null : { key, size: object.bytes.length };
    });
  }

  keys(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }
}

async function pipe(bytes: Uint8Array, writable: FixedWriter): Promise<void> {
  const writer = writable.getWriter();
  await writer.write(bytes);
  await writer.close();
}

export class KeyValues {
  readonly entries = new Map<string, string>();
  readonly #world: World;
  #lastPutAt = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async put(key: string, value: string): Promise<void> {
    const plan = this.#world.servicePlan(FAULTS);
    let refused = false;
    await this.#world.call(`KV put ${key} ${value.slice(0, 40)}`, plan, () => {
      refused = this.#world.now - this.#lastPutAt < KV_GAP_MS;
      if (refused) return;
      this.#lastPutAt = this.#world.now;
      this.entries.set(key, value);
    });
    if (refused) throw new Error("429: one write a second for each key");
  }
}
