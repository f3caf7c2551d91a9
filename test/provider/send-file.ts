/**
 * Sending a file over the bare socket, as it should be or wrong in one of the ways that were seen.
 *
 * Written past the web framework, because most of the faults are things it rightly refuses to do.
 */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { FileFault } from "./faults.ts";

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether there is a Content-Length. */
  readonly announced: boolean;
};

/** A redirect is another request, not another way to send. */
type SendFault = Exclude<FileFault, { kind: "redirect" }>;

/** `bytes` of the body were handed to the socket; `finished` tells whether the answer came to its regular end. */
export type Sent = { readonly status: number; readonly bytes: number; readonly finished: boolean };

/** Resolves when the connection is done with this answer, by whoever's hand. */
export async function sendFile(out: ServerResponse, reply: Reply, fault: SendFault | null): Promise<Sent> {
  const { body } = reply;
  const closed = ended(out);
  switch (fault?.kind) {
    case "stall":
      start(out, reply);
      out.write(body.subarray(0, fault.afterBytes));
      break;
    case "cut": {
      start(out, { ...reply, announced: fault.announced });
      const part = body.subarray(0, fault.afterBytes);
      if (fault.announced) out.write(part, () => out.socket?.destroySoon());
      else out.end(part);
      break;
    }
    case "drip": {
      start(out, reply);
      const bytes = await drip(out, body, fault.bytesPerSecond);
      await closed;
      return { status: reply.status, bytes, finished: out.writableFinished };
    }
    default: {
      const spoilt = fault === null ? reply : spoil(reply, fault);
      start(out, spoilt);
      out.end(spoilt.body);
      await closed;
      return { status: spoilt.status, bytes: spoilt.body.length, finished: out.writableFinished };
    }
  }
  await closed;
  return { status: reply.status, bytes: Math.min(fault.afterBytes, body.length), finished: false };
}

/** The faults that are only another answer, sent whole. */
function spoil(reply: Reply, fault: Exclude<SendFault, { kind: "stall" | "cut" | "drip" }>): Reply {
  const { headers, body } = reply;
  switch (fault.kind) {
    case "status":
      return page(fault.status, "text/plain", `status ${fault.status}`);
    case "html":
      return page(200, "text/html", "<!doctype html><title>Error</title><h1>The file could not be read</h1>");
    case "empty":
      return { ...reply, body: new Uint8Array() };
    case "no-length":
      return { ...reply, announced: false };
    case "gzip":
      return { ...reply, headers: { ...headers, "Content-Encoding": "gzip" }, body: gzipSync(body) };
  }
}

export function page(status: number, type: string, text: string): Reply {
  return { status, headers: { "Content-Type": type }, body: new TextEncoder().encode(text), announced: true };
}

function start(out: ServerResponse, { status, headers, body, announced }: Reply): void {
  out.writeHead(status, announced ? { ...headers, "Content-Length": body.length } : headers);
  // Flushed now, or Node would add the length itself to a body that is written in one go.
  out.flushHeaders();
}

/** Ten pieces a second, until all is sent or nobody listens; the number of bytes written. */
async function drip(out: ServerResponse, body: Uint8Array, bytesPerSecond: number): Promise<number> {
  const piece = Math.max(1, Math.floor(bytesPerSecond / 10));
  let at = 0;
  while (at < body.length && !out.destroyed) {
    out.write(body.subarray(at, at + piece));
    at = Math.min(body.length, at + piece);
    await sleep(100);
  }
  out.end();
  return at;
}

/** When the connection is done with this answer; a client may have gone before it began. */
async function ended(out: ServerResponse): Promise<void> {
  if (!out.closed) await new Promise<void>((resolve) => out.once("close", resolve));
}
