/**
 * An endpoint for notifications: keeps what it is sent, as it is sent, and answers as it is told.
 *
 * It can die and come back. What it kept outlives that: it is the witness of a test.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { taskView } from "../../../src/core/view/view.ts";

const payload = z.strictObject({
  type: z.string(),
  timestamp: z.iso.datetime(),
  trackId: z.string().optional(),
  data: taskView,
});

export interface Sent extends z.infer<typeof payload> {
  readonly at: number;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  /** As it was signed. */
  readonly body: string;
  /** How it was answered. */
  readonly reply: Reply;
}

/** A status, or never an answer, or a connection that breaks. The message is kept whatever it is. */
export type Reply = number | "silence" | "cut";

/** `number` counts the messages about the task, from 1. */
export type Answering = (sent: Omit<Sent, "reply">, number: number) => Reply;

export interface Receiver extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** All that came, in order. */
  readonly received: readonly Sent[];
  /** What came about a task, in order. */
  sentAbout(taskId: string): readonly Sent[];
  /** How the messages about a task are answered, from now on; 204 where nothing is said. */
  answer(taskId: string, reply: Answering): void;
  /** Breaks every connection and refuses new ones. */
  die(): Promise<void>;
  /** At the same address. */
  revive(): Promise<void>;
}

export async function startReceiver(usual: Answering = () => 204): Promise<Receiver> {
  const received: Sent[] = [];
  const replies = new Map<string, Answering>();
  const counts = new Map<string, number>();
  const sentAbout = (taskId: string): readonly Sent[] => received.filter(({ data }) => data.taskId === taskId);

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => null);
    // The sender died in the middle.
    if (body === null) return;
    const { headers, url: path = "/" } = request;
    const id = z.string().parse(headers["webhook-id"]);
    const sent = { ...payload.parse(JSON.parse(body)), at: Date.now(), id, headers, path, body };
    const { taskId } = sent.data;
    const number = (counts.get(taskId) ?? 0) + 1;
    counts.set(taskId, number);
    const reply = (replies.get(taskId) ?? usual)(sent, number);
    received.push({ ...sent, reply });
    if (reply === "cut") response.destroy();
    else if (reply !== "silence") response.writeHead(reply, { Location: "/elsewhere" }).end();
  }

  const server = createServer((request, response) => void receive(request, response));
  async function listen(port: number): Promise<number> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
    return address.port;
  }
  async function die(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    sentAbout,
    answer: (taskId, reply) => void replies.set(taskId, reply),
    die,
    async revive() {
      if (!server.listening) await listen(port);
    },
    [Symbol.asyncDispose]: die,
  };
}
