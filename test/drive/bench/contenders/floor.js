// The floor: what a Worker and a Durable Object cost that write one row (and set one alarm) per callback.
import { DurableObject } from "cloudflare:workers";

export class Floor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, body TEXT)");
  }

  async add(body, withAlarm) {
    this.ctx.storage.sql.exec("INSERT INTO log (body) VALUES (?)", body);
    if (withAlarm) await this.ctx.storage.setAlarm(Date.now() + 86_400_000);
  }

  alarm() {}
}

export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    await env.FLOOR.getByName(searchParams.get("id")).add(await request.text(), searchParams.has("alarm"));
    return Response.json({ status: "received" });
  },
};
