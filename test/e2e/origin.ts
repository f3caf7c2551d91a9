/** A small file server beside the provider, for what the provider never does: any path, any answer. */
import { once } from "node:events";
import { createServer } from "node:http";

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** False: nothing tells how long it is. */
  readonly announced?: boolean;
}

export interface Origin extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The paths that were asked for, as they were written, in order. */
  readonly requests: readonly string[];
}

export async function startOrigin(answer: (path: string) => Answer | Promise<Answer>): Promise<Origin> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push(path);
    void Promise.resolve(answer(path)).then(({ status = 200, headers = {}, body, announced = true }) => {
      response.writeHead(status, announced ? { ...headers, "Content-Length": body.length } : headers);
      response.flushHeaders();
      return response.end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
