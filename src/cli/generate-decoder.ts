/**
 * Takes libmpg123 out of the `mpg123-decoder` package and writes it as a module that workerd can load.
 *
 * The package compiles its bytes at run time, which workerd forbids, so they are unpacked at build time. The file is
 * generated and never committed; its hash is checked, for the glue in
 * `src/platform/audio/mp3-decoder.ts` knows these bytes and no others.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";

const TARGET = new URL("../platform/audio/mpg123.wasm", import.meta.url);
const SHA256 = "f0e9e8848367320ccb757e4092f0d6809668cfe38f43139d47b447151d7dff6b";
const packed = z.object({ default: z.custom<PackedDecoder>((value) => typeof value === "function") });
type PackedDecoder = { readonly wasm: string } & (new (common: unknown) => unknown);
const unpacker = z.object({ WASMAudioDecoderCommon: z.custom<Unpacker>((value) => typeof value === "function") });
type Unpacker = (new () => unknown) & { inflateDynEncodeString(source: string): Promise<Uint8Array> };

if (!existsSync(TARGET) || sha256(readFileSync(TARGET)) !== SHA256) {
  const bytes = await unpack();
  if (sha256(bytes) !== SHA256)
    throw new Error("mpg123-decoder holds other bytes than are known: install the version that package.json names.");
  writeFileSync(TARGET, bytes);
}

async function unpack(): Promise<Uint8Array> {
  const { WASMAudioDecoderCommon } = unpacker.parse(await import("@wasm-audio-decoders/common"));
  const source = new URL("src/EmscriptenWasm.js", import.meta.resolve("mpg123-decoder"));
  const { default: Decoder } = packed.parse(await import(source.href));
  // Each defines what is needed as a static property when it is first constructed.
  void new Decoder(new WASMAudioDecoderCommon());
  return WASMAudioDecoderCommon.inflateDynEncodeString(Decoder.wasm);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
