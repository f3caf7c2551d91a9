/**
 * The provider's files over HTTP: tracks and covers behind expiring links, streams, and sources for submitting.
 *
 * As on the real CDN a request without a User-Agent is refused, ranges work, and the `source_*` addresses of
 * callbacks are refused whoever asks.
 */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { Faults, FileRequest, LinkFault } from "../hostile/faults.ts";
import type { Fetched, Made, Task, Track } from "../ledger.ts";
import { FORBIDDEN_PATH, type Links } from "./links.ts";
import { randomFrom, whole } from "../hostile/random.ts";
import { page, type Reply, sendFile } from "./send-file.ts";
import { song } from "./songs.ts";
import { audioOf, coverOf, previewOf } from "../tracks.ts";

export type FileDeps = {
  readonly links: Links;
  readonly faults: Faults;
  readonly songSeconds: number;
  readonly origin: string;
  readonly find: (trackId: string) => { readonly task: Task; readonly track: Track } | null;
  readonly fileAt: (path: string) => { readonly made: Made; readonly bytes: Uint8Array } | null;
  readonly onFetched: (task: Task | Made | null, fetched: Fetched) => void;
};

type FileContext = Context<{ Bindings: HttpBindings }>;
type Served = {
  readonly file: FileRequest["file"];
  readonly trackId: string | null;
  readonly reply: () => Reply;
  readonly made?: Made | undefined;
};

export function fileRoutes(deps: FileDeps): Hono<{ Bindings: HttpBindings }> {
  const served = new Map<string, number>();
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get("/files/:name", (c) => {
    const name = c.req.param("name");
    const [, kind = "audio", trackId = ""] = /^(?:(image|preview)_)?(.*?)(?:\.\w+)?$/.exec(name) ?? [];
    const file = kind === "image" ? "cover" : "audio";
    return answer(c, { file, trackId, reply: () => linkedFile(deps, c, kind, trackId) });
  });
  app.get("/made/:taskId/:name", (c) => {
    const kept = deps.fileAt(new URL(c.req.url).pathname);
    const type = TYPES[/\.\w+$/.exec(c.req.path)?.[0] ?? ""] ?? "application/octet-stream";
    const reply = (): Reply => {
      if (deps.links.judge(new URL(c.req.url)) !== "good") return page(403, "text/plain", "Forbidden");
      return kept === null ? page(404, "text/plain", "Not Found") : whole200(type, kept.bytes);
    };
    return answer(c, { file: "made", trackId: null, reply, made: kept?.made });
  });
  app.get("/stream/:trackId", (c) => {
    const trackId = c.req.param("trackId");
    return answer(c, { file: "stream", trackId, reply: () => streamed(deps, trackId) });
  });
  app.get("/source/:name", (c) => {
    const seed = whole(randomFrom("source", c.req.param("name")), 0, 2 ** 31);
    const reply = (): Reply => whole200("audio/mpeg", song(seed, deps.songSeconds).bytes);
    return answer(c, { file: "source", trackId: null, reply });
  });
  // Leads round in a circle.
  app.get("/round", (c) => c.redirect("/round"));
  app.get("/cdn1/:name", (c) => c.text("Forbidden", 403));
  app.get(FORBIDDEN_PATH, (c) => c.text("Forbidden", 403));
  return app;

  async function answer(c: FileContext, { file, trackId, reply, made }: Served): Promise<Response> {
    const { method } = c.req;
    const { pathname: path } = new URL(c.req.url);
    const [range, userAgent] = [c.req.header("Range") ?? null, c.req.header("User-Agent") ?? null];
    const found = trackId === null ? null : deps.find(trackId);
    const nth = (served.get(path) ?? 0) + 1;
    served.set(path, nth);
    const about = made ?? found?.task ?? null;
    const taskId = about?.taskId ?? null;
    const whole = userAgent ? reply() : page(403, "text/plain", "Forbidden");
    const bytes = whole.body.length;
    const request = { file, taskId, method, url: new URL(c.req.url), range, userAgent, nth, bytes };
    const drawn = deps.faults.file(request, found?.track ?? null);
    if (drawn?.kind === "turned") deps.links.turn(request.url, drawn.into);
    const turned = deps.links.turnedInto(request.url);
    const fault = turned ?? (drawn?.kind === "turned" ? null : drawn);

    const at = Date.now();
    const sent = await send(c, ranged(whole, range), fault);
    deps.onFetched(about, {
      at,
      ms: Date.now() - at,
      method,
      path,
      trackId,
      range,
      userAgent,
      fault: turned === null ? (fault?.kind ?? null) : `turned: ${turned.kind}`,
      ...sent,
    });
    return RESPONSE_ALREADY_SENT;
  }

  function send(c: FileContext, reply: Reply, fault: LinkFault | null): ReturnType<typeof sendFile> {
    if (fault?.kind !== "redirect") return sendFile(c.env.outgoing, reply, fault);
    const hop = Number(c.req.query("hop") ?? 0) + 1;
    if (hop > fault.times) return sendFile(c.env.outgoing, reply, null);
    const again = new URL(c.req.url);
    again.searchParams.set("hop", String(hop));
    const location =
      hop === fault.times && fault.to !== null ? fault.to : `${deps.origin}${again.pathname}${again.search}`;
    const moved = page(302, "text/plain", "Found");
    return sendFile(c.env.outgoing, { ...moved, headers: { ...moved.headers, Location: location } }, null);
  }
}

function linkedFile({ links, find }: FileDeps, c: FileContext, kind: string, trackId: string): Reply {
  if (links.judge(new URL(c.req.url)) !== "good") return page(403, "text/plain", "Forbidden");
  const found = find(trackId);
  if (found === null) return page(404, "text/plain", "Not Found");
  if (kind === "image") return whole200("image/png", coverOf(found.track));
  return whole200("audio/mpeg", kind === "preview" ? previewOf(found.track) : audioOf(found.track));
}

const TYPES: Readonly<Record<string, string>> = {
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
  ".mp4": "video/mp4",
  ".png": "image/png",
};

function streamed({ find }: FileDeps, trackId: string): Reply {
  const found = find(trackId);
  if (found === null) return page(404, "text/plain", "Not Found");
  return { ...whole200("audio/mpeg", audioOf(found.track)), announced: false };
}

function whole200(type: string, body: Uint8Array): Reply {
  return { status: 200, headers: { "Content-Type": type, "Accept-Ranges": "bytes" }, body, announced: true };
}

/** One range of bytes; several, or anything unreadable, get the whole file, as RFC 9110 allows. */
function ranged(reply: Reply, range: string | null): Reply {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (reply.status !== 200 || !reply.announced || (first === "" && last === "")) return reply;
  const size = reply.body.length;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) {
    const refused = page(416, "text/plain", "Range Not Satisfiable");
    return { ...refused, headers: { ...refused.headers, "Content-Range": `bytes */${size}` } };
  }
  const headers = { ...reply.headers, "Content-Range": `bytes ${from}-${to}/${size}` };
  return { ...reply, status: 206, headers, body: reply.body.subarray(from, to + 1) };
}
