/**
 * Sending a file over the bare socket, as it should be or wrong in one of the ways that were seen.
 *
 * Written past the web framework, because most of the faults are things it rightly refuses to do.
 */
import { createCipheriv } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { LinkFault } from "../hostile/faults.ts";

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether there is a Content-Length. */
  readonly announced: boolean;
};

/** A redirect is another request: not another way to send. */
type SendFault = Exclude<LinkFault, { kind: "redirect" }>;

/** `bytes` of the body were handed to the socket; `finished` tells whether the answer came to its regular end. */
export type Sent = { readonly status: number; readonly bytes: number; readonly finished: boolean };

/** Resolves when the connection is done with this answer, by whoever's hand. */
export async function sendFile(out: ServerResponse, reply: Reply, fault: SendFault | null): Promise<Sent> {
  const { body } = reply;
  const closed = ended(out);
  let answer = reply;
  let bytes = body.length;
  switch (fault?.kind) {
    case "stall":
      bytes = Math.min(fault.afterBytes, bytes);
      start(out, reply);
      out.write(body.subarray(0, bytes));
      break;
    case "cut":
      bytes = Math.min(fault.afterBytes, bytes);
      start(out, { ...reply, announced: fault.announced });
      if (fault.announced) out.write(body.subarray(0, bytes), () => out.socket?.destroySoon());
      else out.end(body.subarray(0, bytes));
      break;
    case "drip":
      start(out, reply);
      bytes = await drip(out, body, fault.bytesPerSecond);
      break;
    case undefined:
    case "status":
    case "html":
    case "empty":
    case "encrypted":
    case "mistyped":
    case "swapped":
    case "no-length":
    case "gzip":
      answer = fault === null ? reply : spoil(reply, fault);
      bytes = answer.body.length;
      start(out, answer);
      out.end(answer.body);
      break;
  }
  await closed;
  return { status: answer.status, bytes, finished: out.writableFinished };
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
    case "encrypted":
      return { ...reply, headers: { ...headers, "Content-Type": "audio/mp4" }, body: encrypted(body) };
    case "mistyped":
      return { ...reply, headers: { ...headers, "Content-Type": fault.contentType } };
    case "swapped":
      return { ...reply, body: fault.body };
    case "no-length":
      return { ...reply, announced: false };
    case "gzip":
      return { ...reply, headers: { ...headers, "Content-Encoding": "gzip" }, body: gzipSync(body) };
  }
}

function encrypted(body: Uint8Array): Uint8Array {
  return createCipheriv("aes-128-ctr", new Uint8Array(16), new Uint8Array(16)).update(body);
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
