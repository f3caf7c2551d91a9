/**
 * What goes wrong with a file under chaos: the first few tries of each, then nothing. Pure.
 *
 * How many tries, and what happens to each, is drawn from the seed by the file's path. A cover's link is never made
 * to expire: it is not worth a question to the provider.
 */
import type { Draw } from "./chaos.ts";
import type { FileFault, FileRequest } from "./faults.ts";
import type { Track } from "./ledger.ts";
import { oneOf, type Random } from "./random.ts";
import { audioOf } from "./tracks.ts";

type Fault = "stall" | "drip" | "cut" | "cut-unannounced" | "gzip" | "html" | "empty" | "no-length" | "redirect";

const PASSING: readonly [Fault | number, ...(Fault | number)[]] = [
  "stall",
  "drip",
  "cut",
  "cut-unannounced",
  "gzip",
  "html",
  "empty",
  "no-length",
  "redirect",
  429,
  500,
  503,
];
/** These say that the link is no good. For a link that really is not, a fresh one has to be had. */
const DEADLY = ["expired", "expired", 403, 404, 410, 441] as const;

/** The longest series of faults that a file has, by a draw from 0 to below 1. */
const SPELLS = { audio: [0.25, 0.6, 0.85], cover: [0.6, 0.85, 1] } as const;
const HOPS = 2;

export function fileFault(
  { file, nth, url }: FileRequest,
  track: Track | null,
  draw: Draw,
  canRefresh: boolean,
): FileFault | null {
  if (track === null || (file !== "audio" && file !== "cover")) return null;
  if (url.searchParams.has("hop")) return { kind: "redirect", to: null, times: HOPS };
  const length = draw("spell", url.pathname)();
  if (nth > SPELLS[file].filter((bound) => bound <= length).length) return null;
  const random = draw("file", url.pathname, nth);
  // Not for long: there are few tries for a link that seems dead.
  const deadly = random() < 0.4 && nth <= 2 && canRefresh && file === "audio";
  const kind = deadly ? oneOf(random, DEADLY) : oneOf(random, PASSING);
  return faultOf(kind, file, track, random);
}

function faultOf(kind: Fault | "expired" | number, file: "audio" | "cover", track: Track, random: Random): FileFault {
  if (typeof kind === "number") return { kind: "status", status: kind };
  const afterBytes = Math.floor(track[file].bytes * (0.1 + 0.8 * random()));
  switch (kind) {
    case "stall":
      return { kind, afterBytes };
    case "cut":
      return { kind, afterBytes, announced: true };
    case "cut-unannounced":
      return {
        kind: "cut",
        afterBytes: file === "audio" ? insideFrame(track, afterBytes) : afterBytes,
        announced: false,
      };
    case "drip":
      return { kind, bytesPerSecond: track[file].bytes / 2 };
    case "redirect":
      return { kind, to: null, times: HOPS };
    case "expired":
    case "gzip":
    case "html":
    case "empty":
    case "no-length":
      return { kind };
  }
}

/** A cut between two frames shows nowhere in a file without a header that counts them. */
function insideFrame(track: Track, afterBytes: number): number {
  const bytes = audioOf(track);
  let at = afterBytes;
  while (bytes[at] === 0xff) at += 1;
  return at;
}
