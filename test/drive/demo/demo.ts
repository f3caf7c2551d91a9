/**
 * The main job, from a submission to stored files, on an embedded workerd.
 *
 * Resolves to the exit code. Nothing runs any more when it does, whatever happened.
 */
import { once } from "node:events";
import { startLoginLink } from "../../rig/local/login-link.ts";
import { masked } from "../../rig/provider/sent.ts";
import { endOfChaos, submitUnderChaos, type Submitted } from "./chaos.ts";
import { holdDataFolder } from "./data-folder.ts";
import { follow } from "./follow.ts";
import type { DemoOptions } from "./options.ts";
import { startPlayground, type Playground } from "./playground.ts";
import { isProblem, problemFaults, submitProblems } from "./problems.ts";
import type { Followed } from "./progress.ts";
import { earlierTasks, howToOpen, howToRead, keptFiles } from "./report.ts";
import { createScreen, type Screen } from "./screen.ts";
import { demoSecrets, type DemoSecrets } from "./secrets.ts";
import { submit } from "./submit.ts";
import { faultsOf } from "../../rig/judge/files.ts";

/** The longest that a task may take: of the provider's time, which is scaled, and of ours, which is not. */
const DEADLINE_MS = { scaled: 300_000, own: 60_000, ownUnderChaos: 120_000 };
/** Encoding is what costs: one task has songs of a real size, many have short ones. */
const SONG_SECONDS = { few: 30, many: 8 };
const FEW = 2;

export async function demo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const screen = createScreen(process.stdout);
  await holdDataFolder(options.data, options);
  const secrets = await demoSecrets(options.data);
  screen.say("Building the Worker and starting it on workerd, with a simulated provider beside it …");
  const playground = await startPlayground(
    {
      dataDir: options.data,
      port: options.port,
      secrets,
      songSeconds: options.tasks <= FEW ? SONG_SECONDS.few : SONG_SECONDS.many,
      timeScale: options["time-scale"],
      chaosSeed: options.chaosSeed,
      flawed: true,
      onLog: (line) => screen.say(line),
    },
    signal,
  );
  let done: Done;
  try {
    done = await run(playground, options, { screen, secrets, signal });
  } finally {
    screen.end();
    await playground.stop();
  }
  if (options.once) for (const { view } of done.tasks) if (view !== null) console.log(JSON.stringify(view));
  return done.right ? 0 : 1;
}

interface Done {
  readonly tasks: readonly Followed[];
  readonly right: boolean;
}

interface Surroundings {
  readonly screen: Screen;
  readonly secrets: DemoSecrets;
  readonly signal: AbortSignal;
}

async function run(
  playground: Playground,
  options: DemoOptions,
  { screen, secrets, signal }: Surroundings,
): Promise<Done> {
  const { origin, client, provider, callBackUrl } = playground;
  screen.say(`Backline listens on ${origin}, the provider on ${provider.url}.`);
  for (const line of earlierTasks(await client.tasks())) screen.say(line);
  screen.say(
    `Submitting ${options.tasks} to the provider, as an app of yours would, with the callBackUrl ${masked(callBackUrl)}.`,
  );
  screen.say("Track 1 of the first falls silent half-way on purpose, so that there is something to find.");
  const { tasks: submitted, adopted } = await submitAll(playground, options, { screen, signal });
  if (options.problems)
    screen.say("Beside it four that come to no good end: a file is tried for half a minute before it is lost.");
  const problems = options.problems ? await submitProblems(playground) : [];
  const tasks = await follow(client, [...submitted, ...problems], {
    deadlineMs:
      DEADLINE_MS.scaled / options["time-scale"] + (adopted === null ? DEADLINE_MS.own : DEADLINE_MS.ownUnderChaos),
    signal,
    beforeRound: async () => adopted?.round(),
    onRound: (now) => screen.show(now),
  });
  screen.end();

  const good = tasks.filter((task) => !isProblem(task));
  const faults =
    adopted === null
      ? [...(await faultsOf(client, good, provider.tasks)), ...problemFaults(tasks)]
      : await endOfChaos(playground, tasks, adopted);
  if (adopted === null) for (const line of keptFiles(tasks, origin, options.data)) screen.say(line);
  if (faults.length > 0) console.error(["", "Not all is as it should be:", ...faults].join("\n"));
  else screen.say("Each file was read back through the Worker and is what the provider sent.");
  if (!options.once && adopted === null) await stayOpen(playground, tasks, options, { screen, secrets, signal });
  return { tasks, right: faults.length === 0 };
}

/** Until it is ended. */
async function stayOpen(
  { origin }: Playground,
  tasks: readonly Followed[],
  options: DemoOptions,
  { screen, secrets, signal }: Surroundings,
): Promise<void> {
  const [first] = tasks;
  const path = options.problems ? "/tasks?status=problems" : tasks.length === 1 ? `/tasks/${first?.taskId}` : "/tasks";
  const login = await startLoginLink(origin + path, secrets.API_TOKEN);
  try {
    for (const line of howToRead(tasks, origin, secrets.API_TOKEN, options.data)) screen.say(line);
    for (const line of howToOpen(login.url, origin + path, secrets.API_TOKEN)) screen.say(line);
    if (!signal.aborted) await once(signal, "abort");
    screen.say("Stopping. The tasks and their files stay on disk.");
  } finally {
    await login.stop();
  }
}

async function submitAll(
  playground: Playground,
  { tasks, chaosSeed }: DemoOptions,
  { screen, signal }: Pick<Surroundings, "screen" | "signal">,
): Promise<Submitted | { readonly tasks: Submitted["tasks"]; readonly adopted: null }> {
  const { provider, callBackUrl } = playground;
  // Of equal length, as the title is part of the song.
  const width = chaosSeed === null ? 1 : String(tasks).length;
  const titles = Array.from({ length: tasks }, (_, index) => `Demo song ${String(index + 1).padStart(width, "0")}`);
  if (chaosSeed === null)
    return { tasks: await Promise.all(titles.map((title) => submit(provider, title, callBackUrl))), adopted: null };
  screen.say(
    `The provider is hostile, by seed ${chaosSeed}. Two of five tasks are submitted through the Worker; one of five is another product.`,
  );
  return submitUnderChaos(playground, titles, signal);
}
