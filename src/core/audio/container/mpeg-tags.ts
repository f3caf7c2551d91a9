/**
 * The tags that stand before, between and after the frames of an MP3. Pure.
 *
 * Sources: ID3v2.4 sections 3.1 and 3.4, ID3v1 and its extension `TAG+`, APEv1 and APEv2, Lyrics3 v1 and v2.
 */
export interface Tag {
  /** Of what is to be passed over from here on. */
  readonly bytes: number;
  /** Bytes before this place that belong to it: an APE tag can have all its header at its end. */
  readonly before: number;
  /** Lyrics3 tells its length at its end: its text begins or ends here. */
  readonly lyrics: "begin" | "end" | null;
}

/** So many bytes from a tag's start on are enough to tell it. */
export const TAG_LOOKAHEAD_BYTES = 230;
const ID3_HEADER_BYTES = 10;
const ID3_FOOTER_FLAG = 0x10;
const ID3V1_BYTES = 128;
const ID3V1_EXTENSION_BYTES = 227;
const APE_HEADER_BYTES = 32;
const APE_IS_HEADER = 0x20;

export function tagAt(bytes: Uint8Array, offset: number): Tag | null {
  // Most of what is no frame is no tag either.
  switch (bytes[offset] ?? 0) {
    case 0x49:
      return hasText(bytes, offset, "ID3") ? id3v2At(bytes, offset) : null;
    case 0x54:
      return hasText(bytes, offset, "TAG") ? id3v1At(bytes, offset) : null;
    case 0x41:
      return hasText(bytes, offset, "APETAGEX") ? apeAt(bytes, offset) : null;
    case 0x4c:
      return lyricsAt(bytes, offset);
    default:
      return null;
  }
}

export function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  return true;
}

function id3v2At(bytes: Uint8Array, offset: number): Tag | null {
  const [version = 0, , flags = 0, a, b, c, d] = bytes.subarray(offset + 3, offset + ID3_HEADER_BYTES);
  if (a === undefined || b === undefined || c === undefined || d === undefined || (a | b | c | d) > 0x7f) return null;
  if (version < 2 || version > 4) return null;
  const footer = version === 4 && (flags & ID3_FOOTER_FLAG) !== 0 ? ID3_HEADER_BYTES : 0;
  return tag(ID3_HEADER_BYTES + ((a << 21) | (b << 14) | (c << 7) | d) + footer);
}

function id3v1At(bytes: Uint8Array, offset: number): Tag {
  const isExtended = bytes[offset + 3] === 0x2b && hasText(bytes, offset + ID3V1_EXTENSION_BYTES, "TAG");
  return tag(isExtended ? ID3V1_EXTENSION_BYTES : ID3V1_BYTES);
}

/** The size counts the items and the footer. A tag without a header begins with its items, unannounced. */
function apeAt(bytes: Uint8Array, offset: number): Tag | null {
  if (bytes.length < offset + 24) return null;
  const size = new DataView(bytes.buffer, bytes.byteOffset + offset + 12, 4).getUint32(0, true);
  const isHeader = ((bytes[offset + 23] ?? 0) & APE_IS_HEADER) !== 0;
  if (isHeader) return tag(APE_HEADER_BYTES + size);
  return { ...tag(APE_HEADER_BYTES), before: Math.max(0, size - APE_HEADER_BYTES) };
}

function lyricsAt(bytes: Uint8Array, offset: number): Tag | null {
  if (hasText(bytes, offset, "LYRICSBEGIN")) return { ...tag("LYRICSBEGIN".length), lyrics: "begin" };
  const isEnd = hasText(bytes, offset, "LYRICSEND") || hasText(bytes, offset, "LYRICS200");
  return isEnd ? { ...tag("LYRICSEND".length), lyrics: "end" } : null;
}

function tag(bytes: number): Tag {
  return { bytes, before: 0, lyrics: null };
}
