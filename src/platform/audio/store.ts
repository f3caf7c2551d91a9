/**
 * The kept files in R2: how they are written so that a bad one leaves nothing, and how strays are found.
 *
 * R2's facts: a put needs a known length and stores nothing if its stream fails; parts are equal but for the last
 * and at least 5 MiB; `complete()` alone makes a multipart object.
 */
import { taskPrefix } from "../../core/ids.ts";
import { keysInUse } from "../../core/task/copies.ts";
import { FILE_KINDS } from "../../core/task/event.ts";
import { lossKey, type Task } from "../../core/task/task.ts";

const PART_BYTES = 5 * 1_024 * 1_024;
const ZEROS = new Uint8Array(65_536);

export interface FileFacts {
  readonly contentType: string;
  readonly sourceUrlHash: string;
}

/** Nothing is stored before `close` or `closeCut` resolves; after `abort` nothing ever is. */
export interface FileWriter {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Stores what was written though more was announced; returns its key, which is `cutKey` or the file's own. */
  closeCut(cutKey: string): Promise<string>;
  abort(): Promise<void>;
}

export async function fileWriter(
  bucket: R2Bucket,
  key: string,
  announcedBytes: number | null,
  facts: FileFacts,
): Promise<FileWriter> {
  const options = {
    httpMetadata: { contentType: facts.contentType },
    customMetadata: { sourceUrlHash: facts.sourceUrlHash },
  };
  if (announcedBytes === null) return partWriter(bucket, key, options);
  return putWriter(bucket, key, announcedBytes, options);
}

/** Deletes the objects of attempts up to each file's last one that no file of the task has; returns how many. */
export async function deleteStrays(bucket: R2Bucket, task: Task): Promise<number> {
  const inUse = keysInUse(task);
  return deleteWhere(bucket, task.taskId, (key) => !inUse.has(key) && isOfPastAttempt(task, key));
}

/** Deletes everything of a task. */
export async function deleteFiles(bucket: R2Bucket, taskId: string): Promise<void> {
  await deleteWhere(bucket, taskId, () => true);
}

async function deleteWhere(bucket: R2Bucket, taskId: string, unwanted: (key: string) => boolean): Promise<number> {
  let deleted = 0;
  for (let cursor: string | undefined, more = true; more;) {
    const page: R2Objects = await bucket.list({
      prefix: taskPrefix(taskId),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const keys = page.objects.map(({ key }) => key).filter(unwanted);
    if (keys.length > 0) await bucket.delete(keys);
    deleted += keys.length;
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  return deleted;
}

/** `…/<track>/audio-7.mp3`; what is no attempt's key (a waveform, say) is never a stray. */
function isOfPastAttempt(task: Task, key: string): boolean {
  const [, trackId = "", kind, number] = /\/([^/]+)\/(audio|cover|file)-(\d+)(?:\.cut)?\.\w+$/.exec(key) ?? [];
  const file = FILE_KINDS.find((one) => one === kind);
  return file !== undefined && Number(number) <= (task.lastAttempts.get(lossKey(file, trackId)) ?? 0);
}

/** The last chunk is withheld until `close`: up to then the put cannot succeed. */
function putWriter(bucket: R2Bucket, key: string, bytes: number, options: R2PutOptions): FileWriter {
  const { readable, writable } = new FixedLengthStream(bytes);
  const put = bucket.put(key, readable, options);
  // Awaited in `close`; an abort before that must not surface as an unhandled rejection.
  put.catch(() => undefined);
  const writer = writable.getWriter();
  let withheld: Uint8Array | null = null;
  let written = 0;

  async function close(): Promise<void> {
    if (withheld !== null) await writer.write(withheld);
    await writer.close();
    await put;
  }

  return {
    async write(chunk) {
      const ready = withheld;
      withheld = chunk;
      written += chunk.length;
      if (ready !== null) await writer.write(ready);
    },
    close,
    // The put insists on its length: zeros make up for what is missing, and then the rest is copied within R2.
    async closeCut(cutKey) {
      const length = written;
      for (let missing = bytes - length; missing > 0; missing -= ZEROS.length)
        await this.write(ZEROS.subarray(0, Math.min(missing, ZEROS.length)));
      await close();
      const padded = await bucket.get(key, { range: { offset: 0, length } });
      if (padded === null) throw new Error("the padded file is gone");
      const exact = new FixedLengthStream(length);
      await Promise.all([padded.body.pipeTo(exact.writable), bucket.put(cutKey, exact.readable, options)]);
      await bucket.delete(key);
      return cutKey;
    },
    async abort() {
      await writer.abort(new Error("the file was not kept")).catch(() => undefined);
      await put.catch(() => undefined);
    },
  };
}

function partWriter(bucket: R2Bucket, key: string, options: R2PutOptions & R2MultipartOptions): FileWriter {
  const buffer = new Uint8Array(PART_BYTES);
  const parts: R2UploadedPart[] = [];
  let filled = 0;
  let upload: R2MultipartUpload | null = null;

  async function flush(): Promise<void> {
    upload ??= await bucket.createMultipartUpload(key, options);
    parts.push(await upload.uploadPart(parts.length + 1, buffer.subarray(0, filled)));
    filled = 0;
  }

  async function close(): Promise<void> {
    if (upload === null) {
      await bucket.put(key, buffer.subarray(0, filled), options);
      return;
    }
    if (filled > 0) await flush();
    await upload.complete(parts);
  }

  return {
    async write(chunk) {
      for (let offset = 0; offset < chunk.length;) {
        if (filled === PART_BYTES) await flush();
        const step = Math.min(PART_BYTES - filled, chunk.length - offset);
        buffer.set(chunk.subarray(offset, offset + step), filled);
        filled += step;
        offset += step;
      }
    },
    close,
    async closeCut() {
      await close();
      return key;
    },
    async abort() {
      await upload?.abort().catch(() => undefined);
    },
  };
}
