/** A file server on this machine that sends from memory, as fast as it is read. */
import { once } from "node:events";
import { createServer } from "node:http";

export interface Origin {
  readonly url: (name: string) => string;
  close(): Promise<void>;
}

/** Files by name. `/known/NAME` has a length, `/unknown/NAME` has none. */
export async function startOrigin(files: ReadonlyMap<string, Uint8Array>): Promise<Origin> {
  const server = createServer(({ url = "" }, response) => {
    const [, kind, name = ""] = url.split("/");
    const bytes = files.get(name);
    if (bytes === undefined) return void response.writeHead(404).end();
    const length = kind === "known" ? { "content-length": bytes.length } : {};
    response.writeHead(200, { "content-type": "application/octet-stream", ...length });
    response.flushHeaders();
    return void response.end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: (name) => `http://127.0.0.1:${address.port}/${name}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
