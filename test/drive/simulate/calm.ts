/** The scripted lives on the models; prints their endings as JSON, which is what `scripted-lives.json` holds. */
import { installHooks } from "./model/hooks.ts";

installHooks(null);
const { sha256Hex, taskPrefix } = await import("../../../src/core/ids.ts");
const { parseMessage } = await import("../../../src/core/provider/message.ts");
const { deploy } = await import("./model/deployment.ts");
const { endingOf } = await import("./laws/ending.ts");
const { enter, installGlobals } = await import("./model/globals.ts");
const { SimulatedResponse } = await import("./model/response.ts");
const { FILES, SCRIPTED } = await import("./scripted.ts");
const { outsider, World } = await import("./world.ts");
installGlobals();

const MINUTE_MS = 60_000;
const endings: Record<string, unknown> = {};
for (const [index, { name, messages, deleted = false }] of SCRIPTED.entries()) {
  const world = new World(index, false);
  world.storm = false;
  enter({
    world,
    network: async ({ href }, signal) => {
      const body = FILES[href];
      if (body === undefined) return new SimulatedResponse(world, { status: 404 }, signal);
      return new SimulatedResponse(
        world,
        { status: 200, body, headers: { "content-length": String(body.length) } },
        signal,
      );
    },
  });
  const taskId = `calm${index}`;
  const { env, bucket, kv } = deploy(world, taskId, { ASSESS: "scan" });
  const task = env.TASKS.getByName(taskId);
  const mail = { via: "callback", verdict: "token", host: "backline.example.com", ref: null } as const;
  const say = async (work: () => Promise<unknown>): Promise<void> => {
    world.after(0, outsider("door"), () => void work());
    await world.run(world.now + MINUTE_MS, () => false);
  };
  for (const message of messages(taskId)) {
    const body = JSON.stringify(message);
    const { observation } = parseMessage(message);
    await say(() => task.observe({ ...mail, sha256: sha256Hex(body), observation, body }));
  }
  if (deleted) await say(() => task.forget());
  let seen: unknown = null;
  await say(async () => (seen = await task.view()));
  endings[name] = endingOf(taskId, seen, kv.entries.get(`task:${taskId}`) ?? "{}", bucket.keys(taskPrefix(taskId)));
}
console.log(JSON.stringify(endings, null, 2));
