/** Addresses that must not be fetched: as sources, as links of a callback, and behind redirects. */
import {
  IP_LITERALS,
  NO_PUBLIC_NAME,
  NOT_A_WEB_ADDRESS,
  OTHERWISE_REFUSED,
  RELATIVE,
} from "../../core/access/addresses.ts";
import { each, isHarm, message, newTaskId, refusedTry, type Ground, type Verdict } from "./ground.ts";
import type { Attacks } from "./run.ts";

const TRACKS = 16;
const PATIENCE_MS = 20_000;

export const addressAttacks: Attacks = {
  "sources at forbidden addresses": sources,
  "links to forbidden addresses": links,
  "redirects to forbidden addresses": redirects,
};

/** The trap on this machine, by every name that leads there. */
function trapped({ trap, origin }: Ground): readonly string[] {
  const hosts = ["127.0.0.1", "localhost", "127.1", "0.0.0.0", "[::1]", "2130706433", "0x7f.1", "127.0.0.1.nip.io"];
  return [
    ...hosts.flatMap((host) => [`http://${host}:${trap.port}/x`, `https://${host}:${trap.port}/x`]),
    `http://user:pw@127.0.0.1:${trap.port}/x`,
    `http://localtest.me:${trap.port}/x`,
    `${origin}/tasks`,
  ];
}

async function sources(ground: Ground): Promise<readonly Verdict[]> {
  const urls = [
    ...IP_LITERALS,
    ...NO_PUBLIC_NAME,
    ...OTHERWISE_REFUSED,
    ...NOT_A_WEB_ADDRESS,
    ...RELATIVE,
    ...trapped(ground),
  ];
  const before = ground.trap.requests.length;
  const verdicts = await each(urls, async (url) => {
    const body = JSON.stringify({ url });
    return refusedTry(`source ${url}`, await ground.owner("/sources/check", { method: "POST", body }));
  });
  return withTrap(verdicts, ground, before);
}

async function links(ground: Ground): Promise<readonly Verdict[]> {
  const urls = [...IP_LITERALS, ...NO_PUBLIC_NAME, ...OTHERWISE_REFUSED, ...trapped(ground)].filter((url) =>
    URL.canParse(url),
  );
  return fetchedAs(
    ground,
    urls.map((url) => ({ what: url, link: url })),
  );
}

async function redirects(ground: Ground): Promise<readonly Verdict[]> {
  const targets = [...IP_LITERALS, ...NO_PUBLIC_NAME, ...trapped(ground)].filter((url) => /^[\x20-\x7e]*$/.test(url));
  const tries = targets.map((target) => {
    const path = `/to-${newTaskId()}`;
    ground.serve(path, { status: 302, headers: { location: target }, body: new Uint8Array(0) });
    return { what: target, link: ground.files.url + path };
  });
  return fetchedAs(ground, tries);
}

/** Each as a track's audio; refused with a reason in the timeline, and the trap stays empty. */
async function fetchedAs(
  ground: Ground,
  tries: readonly { readonly what: string; readonly link: string }[],
): Promise<readonly Verdict[]> {
  const before = ground.trap.requests.length;
  const groups = Array.from({ length: Math.ceil(tries.length / TRACKS) }, (_, at) =>
    tries.slice(at * TRACKS, (at + 1) * TRACKS),
  );
  const verdicts = await Promise.all(
    groups.map(async (group): Promise<readonly Verdict[]> => {
      const taskId = newTaskId();
      const tracks = group.map(({ link }, index) => ({ id: `t${index}`, audio_url: link }));
      await ground.report(message(taskId, "complete", tracks));
      const failed = new Set<string>();
      let answer = await ground.owner(`/tasks/${taskId}/events?limit=100`);
      for (const startedAt = Date.now(); failed.size < group.length && Date.now() - startedAt < PATIENCE_MS;) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        answer = await ground.owner(`/tasks/${taskId}/events?limit=100`);
        for (const [, id = ""] of answer.text.matchAll(/"type":"copy_failed"[^}]*?"trackId":"(t\d+)"/g)) failed.add(id);
      }
      return group.map(({ what }) => ({
        what: `link ${what}`,
        letIn: answer.text.includes('"type":"copied"'),
        harmed: isHarm(answer),
      }));
    }),
  );
  return withTrap(verdicts.flat(), ground, before);
}

/** Whatever reached the trap was let in. */
function withTrap(verdicts: readonly Verdict[], { trap }: Ground, before: number): readonly Verdict[] {
  const reached = trap.requests.length - before;
  return verdicts.map((verdict, at) =>
    at < reached ? { ...verdict, what: "the trap was reached", letIn: true } : verdict,
  );
}
