/**
 * A task's log in its object's SQLite. **The tables are a persisted contract**: columns are added, never changed.
 *
 * All calls are synchronous, so what happens between two awaits commits as one. The table is created by the first
 * write: a read of an unknown task leaves no storage behind.
 */
import * as z from "zod";
import { readEvent, type TaskEvent } from "../../core/task/event.ts";
import { noticeName } from "../../core/task/task.ts";
import { messageKey } from "../../core/task/trust.ts";

const row = z.object({
  seq: z.int(),
  at: z.int(),
  type: z.string(),
  data: z.string(),
  times: z.int().nullable(),
  last_at: z.int().nullable(),
});

const numbered = row.pick({ seq: true });
const anyFields = z.looseObject({});

export const LOG_TABLES = ["log", "log_bodies"] as const;
/** SQLite takes 2 MB in a row, and a character has at most 3 bytes: longer bodies go on in rows of another table. */
const PART_CHARS = 600_000;

const POLLED = "polled ";
const NOTICE = "notice ";
const RECOVERY = "recovery";

export interface StoredEvent {
  readonly event: TaskEvent;
  /** The text of a delivery; null for other events. */
  readonly body: string | null;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Where the next page starts after, or null at the end. */
  readonly nextSeq: number | null;
}

export class EventLog {
  readonly #sql: SqlStorage;
  /** Rows whose counters rise: deliveries by their hash, and the overflow. */
  readonly #counted = new Map<string, number>();
  #created = false;
  #owner: string | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The task that the log is of, as its first row says; null before the first load, and for an empty log. */
  get owner(): string | null {
    return this.#owner;
  }

  /** The whole log in its order, without bodies. */
  load(): readonly TaskEvent[] {
    this.#counted.clear();
    this.#owner = null;
    this.#created =
      this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'log'").toArray().length > 0;
    if (!this.#created) return [];
    return this.#sql
      .exec("SELECT seq, at, type, data, times, last_at FROM log ORDER BY seq")
      .toArray()
      .map((stored) => {
        const { seq, event, taskId } = eventOf(stored);
        this.#owner ??= taskId;
        this.#note(event, seq);
        return event;
      });
  }

  /** Of the deliveries whose text is kept. */
  *bodies(): Iterable<string> {
    if (!this.#created) return;
    for (const { seq, body } of this.#sql.exec("SELECT seq, body FROM log WHERE body IS NOT NULL ORDER BY seq"))
      if (typeof body === "string") yield this.#whole(Number(seq), body);
  }

  /** Appends the event, or raises the counters of the row that it repeats. */
  record(taskId: string, event: TaskEvent, body: string | null): void {
    const name = counterName(event);
    const seq = name === null ? undefined : this.#counted.get(name);
    const { times, lastAt } = countersOf(event);
    if (seq !== undefined) {
      this.#sql.exec("UPDATE log SET times = ?, last_at = ? WHERE seq = ?", times, lastAt, seq);
      return;
    }
    const isFirst = this.#create();
    const { at, type, ...fields } = event;
    const data = isFirst ? { ...fields, taskId } : fields;
    const inserted = this.#sql.exec(
      "INSERT INTO log (at, type, data, times, last_at, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq",
      at,
      type,
      JSON.stringify(data),
      times,
      lastAt,
      body?.slice(0, partEnd(body, 0)) ?? null,
    );
    const { seq: added } = numbered.parse(inserted.one());
    if (body !== null && body.length >= PART_CHARS - 1) this.#recordRest(added, body);
    this.#note(event, added);
    if (isFirst) this.#owner = taskId;
  }

  #note(event: TaskEvent, seq: number): void {
    const name = counterName(event);
    if (name !== null) this.#counted.set(name, seq);
    const closed = CLOSED_BY.get(event.type);
    if (closed === undefined) return;
    for (const known of this.#counted.keys()) if (known.startsWith(closed)) this.#counted.delete(known);
  }

  /** Events after `afterSeq`, bodies included: at most `limit`, and at most `maxChars` of bodies but for the first. */
  page(afterSeq: number, limit: number, maxChars: number): EventPage {
    const events: StoredEvent[] = [];
    let seq = afterSeq;
    let chars = 0;
    for (const stored of this.#sql.exec("SELECT * FROM log WHERE seq > ? ORDER BY seq", afterSeq)) {
      const body = typeof stored["body"] === "string" ? this.#whole(Number(stored["seq"]), stored["body"]) : null;
      chars += body?.length ?? 0;
      if (events.length === limit || (events.length > 0 && chars > maxChars)) return { events, nextSeq: seq };
      const { seq: read, event } = eventOf(stored);
      seq = read;
      events.push({ event, body });
    }
    return { events, nextSeq: null };
  }

  #recordRest(seq: number, body: string): void {
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS log_bodies (seq INTEGER, part INTEGER, text TEXT, PRIMARY KEY (seq, part))",
    );
    for (let at = partEnd(body, 0); at < body.length; at = partEnd(body, at))
      this.#sql.exec("INSERT INTO log_bodies VALUES (?, ?, ?)", seq, at, body.slice(at, partEnd(body, at)));
  }

  #whole(seq: number, start: string): string {
    if (start.length < PART_CHARS - 1) return start;
    const rest = this.#sql.exec("SELECT text FROM log_bodies WHERE seq = ? ORDER BY part", seq).toArray();
    return start + rest.map(({ text }) => (typeof text === "string" ? text : "")).join("");
  }

  /** Whether the log was only made by this, which its first row then says whose it is. */
  #create(): boolean {
    if (this.#created) return false;
    this.#sql.exec(
      "CREATE TABLE log (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, times INTEGER, last_at INTEGER, body TEXT)",
    );
    this.#created = true;
    return true;
  }
}

/** No character is cut in two. */
function partEnd(text: string, from: number): number {
  const end = from + PART_CHARS;
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

interface ReadRow {
  readonly seq: number;
  readonly event: TaskEvent;
  /** Of the first row. */
  readonly taskId: string | null;
}

function eventOf(stored: unknown): ReadRow {
  const { seq, at, type, data, times, last_at } = row.parse(stored);
  const fields: unknown = JSON.parse(data);
  const counters = times === null ? {} : { times, count: times, lastAt: last_at };
  const { taskId, ...known } = anyFields.parse(fields);
  const event = readEvent(type, at, { ...known, ...counters });
  return { seq, event, taskId: typeof taskId === "string" ? taskId : null };
}

/** Which counts start again after which event. */
const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  ["retried", POLLED],
  ["notify_asked", NOTICE],
  ["recovery_asked", RECOVERY],
]);

/** The name of a row that is counted instead of appended again. */
function counterName(event: TaskEvent): string | null {
  if (event.type === "observed") return messageKey(event);
  if (event.type === "notify_failed") return `${NOTICE}${noticeName(event)}`;
  if (event.type === "polled") return `${POLLED}${event.result}${event.claim === true ? " of a claim" : ""}`;
  if (event.type === "recovery_polled") return RECOVERY;
  return event.type === "overflowed" ? "overflow" : null;
}

function countersOf(event: TaskEvent): { readonly times: number | null; readonly lastAt: number | null } {
  if (
    event.type === "observed" ||
    event.type === "polled" ||
    event.type === "recovery_polled" ||
    event.type === "notify_failed"
  )
    return { times: event.times, lastAt: event.lastAt };
  return event.type === "overflowed" ? { times: event.count, lastAt: event.lastAt } : { times: null, lastAt: null };
}
