/** R2 and KV: their contents, and handles on them whose calls may be slow, fail, or fail though they land. */
import { FixedReadable } from "./fixed-length.ts";
import type { World } from "./world.ts";

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly customMetadata: Readonly<Record<string, string>>;
}

export interface PutOptions {
  readonly customMetadata?: Readonly<Record<string, string>>;
}

const FAULTS = 0.15;
const KV_GAP_MS = 1_000;

export class Bucket {
  readonly objects = new Map<string, StoredObject>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
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
      for (const key of all) this.objects.delete(key);
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

  async get(key: string): Promise<object | null> {
    return this.#world.call(`R2 get ${key}`, this.#world.servicePlan(FAULTS), () => {
      const object = this.objects.get(key);
      return object === undefined ? null : { text: async () => new TextDecoder().decode(object.bytes) };
    });
  }

  keys(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }
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
