/**
 * What goes wrong with a file under chaos: the first few tries of each, then nothing. Pure.
 *
 * How many tries, and what happens to each, is drawn from the seed by the file's path. A cover's link is never made
 * to expire: it is not worth a question to the provider.
 */
import type { Draw } from "./chaos.ts";
import type { FileFault, FileRequest, LinkFault } from "./faults.ts";
import type { Track } from "../ledger.ts";
import { oneOf, type Random, whole } from "./random.ts";
import { FORBIDDEN_PATH } from "../serving/links.ts";
import { audioOf, coverOf } from "../tracks.ts";

type Passing =
  | "stall"
  | "drip"
  | "cut"
  | "cut-unannounced"
  | "gzip"
  | "html"
  | "empty"
  | "mistyped"
  | "swapped"
  | "no-length"
  | "redirect";
type Deadly = "astray" | "round" | "forbidden" | "encrypted";
type Kind = Passing | Deadly | number;

const PASSING: readonly [Kind, ...Kind[]] = [
  "stall",
  "drip",
  "cut",
  "cut-unannounced",
  "gzip",
  "html",
  "empty",
  "mistyped",
  "swapped",
  "no-length",
  "redirect",
  429,
  500,
  503,
];
/** These say that the link is no good, though it is. */
const DEADLY: readonly [Kind, ...Kind[]] = [403, 404, 410, 441, "astray", "round"];
/** What a link turns into for good: a fresh one has to be had. */
const LASTING: readonly [Kind, ...Kind[]] = [403, "forbidden", "html", "empty", "encrypted", "cut", "cut-unannounced"];
/** What no product delivers. */
const NOISE = new TextEncoder().encode("No format begins so. ".repeat(100));
/** Of a network that is nobody's (RFC 5737). */
const ASTRAY = "http://192.0.2.1/file.mp3";

/** The longest series of faults that a file has, by a draw from 0 to below 1. */
const SPELLS = { audio: [0.25, 0.6, 0.85], made: [0.25, 0.6, 0.85], cover: [0.6, 0.85, 1] } as const;
const HOPS = 2;
const SLOWEST_BYTES_PER_SECOND = 20_000;

export function fileFault(
  request: FileRequest,
  track: Track | null,
  draw: Draw,
  canRefresh: boolean,
): FileFault | null {
  const { nth, url } = request;
  return faultOn(request, track, (file) => {
    const length = draw("spell", url.pathname)();
    if (nth > SPELLS[file].filter((bound) => bound <= length).length) return null;
    const random = draw("file", url.pathname, nth);
    // Not for long: there are few tries for a link that seems dead.
    const deadly = random() < 0.4 && nth <= 2 && canRefresh && file !== "cover";
    const lasting = deadly && random() < 0.5;
    return { kind: oneOf(random, lasting ? LASTING : deadly ? DEADLY : PASSING), lasting, random };
  });
}

/** Whatever passes, in so large a share of all requests. */
export function passingFault(request: FileRequest, track: Track | null, draw: Draw, share: number): FileFault | null {
  const random = draw("file", request.url.pathname, request.nth);
  return faultOn(request, track, () =>
    random() < share ? { kind: oneOf(random, PASSING), lasting: false, random } : null,
  );
}

interface Chosen {
  readonly kind: Kind;
  readonly lasting: boolean;
  readonly random: Random;
}

/** A redirect that has begun goes on to its end. */
function faultOn(
  { file, url, bytes }: FileRequest,
  track: Track | null,
  choose: (file: "audio" | "cover" | "made") => Chosen | null,
): FileFault | null {
  if ((track === null && file !== "made") || (file !== "audio" && file !== "cover" && file !== "made")) return null;
  if (url.searchParams.has("hop")) return { kind: "redirect", to: null, times: HOPS };
  const chosen = choose(file);
  if (chosen === null) return null;
  const other = (): Uint8Array => (track === null ? NOISE : file === "audio" ? coverOf(track) : audioOf(track));
  const fault = faultOf(chosen, bytes, other, url);
  return chosen.lasting ? { kind: "turned", into: fault } : fault;
}

function faultOf({ kind, random }: Chosen, bytes: number, other: () => Uint8Array, url: URL): LinkFault {
  if (typeof kind === "number") return { kind: "status", status: kind };
  // Of nine tenths and more nobody would say that it is cut, where no length is announced.
  const afterBytes = Math.floor(bytes * (0.1 + 0.7 * random()));
  switch (kind) {
    case "stall":
      return { kind, afterBytes };
    case "cut":
      return { kind, afterBytes, announced: true };
    case "cut-unannounced":
      return { kind: "cut", afterBytes, announced: false };
    case "drip":
      return { kind, bytesPerSecond: Math.max(SLOWEST_BYTES_PER_SECOND, bytes / whole(random, 1, 6)) };
    case "redirect":
      return { kind, to: null, times: HOPS };
    case "astray":
      return { kind: "redirect", to: ASTRAY, times: 1 };
    case "round":
      return { kind: "redirect", to: new URL("/round", url).href, times: 1 };
    case "mistyped":
      return { kind, contentType: oneOf(random, ["application/octet-stream", "text/html", "image/webp"]) };
    case "swapped":
      return { kind, body: other() };
    case "forbidden":
      return { kind: "redirect", to: new URL(FORBIDDEN_PATH, url).href, times: 1 };
    case "encrypted":
    case "gzip":
    case "html":
    case "empty":
    case "no-length":
      return { kind };
  }
}
