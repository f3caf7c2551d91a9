/**
 * The kept files in R2: how they are written so that a bad one leaves nothing, and how strays are found.
 *
 * R2's facts: a put needs a known length and stores nothing if its stream fails; parts are equal but for the last
 * and at least 5 MiB; `complete()` alone makes a multipart object.
 */
import { taskPrefix } from "../../core/ids.ts";
import type { Task } from "../../core/task/task.ts";

const PART_BYTES = 5 * 1_024 * 1_024;

export interface FileFacts {
  readonly contentType: string;
  readonly sourceUrlHash: string;
}

/** Nothing is stored before `close` resolves; after `abort` nothing ever is. */
export interface FileWriter {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
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

/** Deletes the objects of attempts up to the task's last one that no event names; returns how many. */
export async function deleteStrays(bucket: R2Bucket, task: Task): Promise<number> {
  const kept = new Set([...task.stored.values()].map((copied) => copied.key));
  return deleteWhere(bucket, task.taskId, (key) => !kept.has(key) && attemptIn(key) <= task.attempts);
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

/** The number in `…/audio-7.mp3`; what is no attempt's key (a waveform, say) is never a stray. */
function attemptIn(key: string): number {
  return Number(/\/(?:audio|cover)-(\d+)\.\w+$/.exec(key)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** The last chunk is withheld until `close`: up to then the put cannot succeed. */
function putWriter(bucket: R2Bucket, key: string, bytes: number, options: R2PutOptions): FileWriter {
  const { readable, writable } = new FixedLengthStream(bytes);
  const put = bucket.put(key, readable, options);
  // Awaited in `close`; an abort before that must not surface as an unhandled rejection.
  put.catch(() => undefined);
  const writer = writable.getWriter();
  let withheld: Uint8Array | null = null;
  return {
    async write(chunk) {
      const ready = withheld;
      withheld = chunk;
      if (ready !== null) await writer.write(ready);
    },
    async close() {
      if (withheld !== null) await writer.write(withheld);
      await writer.close();
      await put;
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
    async close() {
      if (upload === null) {
        await bucket.put(key, buffer.subarray(0, filled), options);
        return;
      }
      if (filled > 0) await flush();
      await upload.complete(parts);
    },
    async abort() {
      await upload?.abort().catch(() => undefined);
    },
  };
}
