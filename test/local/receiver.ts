/** An endpoint for notifications: keeps what it is sent, as it is sent, and answers as it is told. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { taskView } from "../../src/core/view.ts";

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
}

/** A status, or never an answer. */
export type Reply = number | "silence";

export interface Receiver extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** What came about a task, in order. */
  sentAbout(taskId: string): readonly Sent[];
  /** How the messages about a task are answered, from now on; 204 where nothing is said. `number` counts from 1. */
  answer(taskId: string, reply: (sent: Sent, number: number) => Reply): void;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Sent[] = [];
  const replies = new Map<string, (sent: Sent, number: number) => Reply>();
  const sentAbout = (taskId: string): readonly Sent[] => received.filter(({ data }) => data.taskId === taskId);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { headers, url: path = "/" } = request;
      const id = z.string().parse(headers["webhook-id"]);
      const sent = { ...payload.parse(JSON.parse(body)), at: Date.now(), id, headers, path, body };
      received.push(sent);
      const { taskId } = sent.data;
      const reply = replies.get(taskId)?.(sent, sentAbout(taskId).length) ?? 204;
      if (reply === "silence") return undefined;
      return response.writeHead(reply, { Location: "/elsewhere" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    sentAbout,
    answer: (taskId, reply) => void replies.set(taskId, reply),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
