/** What many would write: Express and SQLite with full durability, one insert per callback. A process of its own. */
import express from "express";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(join(mkdtempSync(join(tmpdir(), "backline-express-")), "callbacks.sqlite"));
database.exec(
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE log (seq INTEGER PRIMARY KEY, body TEXT)",
);
const insert = database.prepare("INSERT INTO log (body) VALUES (?)");

const app = express();
app.use(express.json());
app.post("/callback", (request, response) => {
  insert.run(JSON.stringify(request.body));
  response.status(200).json({ status: "received" });
});
const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.send?.(`http://127.0.0.1:${address.port}`);
});
