/** Reads an archive of files that are stored as they are, by its central directory. Pure. Source: APPNOTE.TXT 4.3.12. */
import { createHash } from "node:crypto";

const ENTRY = 0x02014b50;
const END = 0x06054b50;

/** By their names, the SHA-256 of each file. Throws where an entry is compressed. */
export function hashesInZip(archive: Uint8Array): ReadonlyMap<string, string> {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(END).buffer));
  const hashes = new Map<string, string>();
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === ENTRY;) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const bytes = zip.readUInt32LE(at + 24);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString("utf8", at + 46, at + 46 + (nameBytes ?? 0));
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error(`${name} is compressed`);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    hashes.set(
      name,
      createHash("sha256")
        .update(zip.subarray(start, start + bytes))
        .digest("hex"),
    );
    at += 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return hashes;
}
