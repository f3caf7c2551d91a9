/**
 * `npm run tail -- https://my.worker`: follows a Worker in the terminal, a line for each delivery, copy and settlement.
 *
 * It reads and does nothing else. With `--forward` it also posts to an address what Backline itself would tell
 * NOTIFY_URL, for a receiver under development that no Worker can reach.
 */
import { isMusicProduct } from "../core/provider/products/products.ts";
import { parseArgs, styleText } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig, type NotifyTarget } from "../core/config.ts";
import { sha256Hex } from "../core/ids.ts";
import { counted } from "../http/pages/frame/words.ts";
import { sendMessage } from "../platform/task/notifier.ts";
import { plain } from "./plain.ts";
import { firstOf, originIn, readSettings } from "./settings.ts";
import { newLines, seenOf, type Seen, type TailLine } from "./tail-lines.ts";
import { LISTED, TailError, tailSource, type TailedTask, type TailedView, type TailSource } from "./tail-source.ts";

const USAGE = `Usage: npm run tail -- https://<your worker> [--forward http://localhost:3000]

Follows a Backline: a line for each delivery, copy and settlement from now on, until Ctrl-C. API_TOKEN or READ_TOKEN is
read from the environment, else from .dev.vars. It asks every 2 s: 2 requests, and 1 more for each task under way.
A delivery that belongs to no task is not shown: look into /inbox of the Worker.

  --forward URL  posts there what NOTIFY_URL would be told: track.stored, task.settled, task.reopened, task.stalled, as
                 {type, timestamp, data}. Each once, signed with NOTIFY_SECRET where that is set, else unsigned
  --help         this`;

const EVERY_MS = 2_000;
/** Deliveries come again for a while after a task has settled. */
const FOLLOWED_AFTER_MS = 120_000;

interface Options {
  readonly source: TailSource;
  readonly origin: string;
  /** Null: nothing is forwarded. */
  readonly target: NotifyTarget | null;
}

const read = await optionsIn(process.argv.slice(2));
if ("help" in read) console.log(USAGE);
else if ("wrong" in read) {
  console.error(`${read.wrong}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    await follow(read);
  } catch (error) {
    if (!(error instanceof TailError)) throw error;
    console.error(plain(error.message));
    process.exitCode = 1;
  }
}

/** Until the process ends. Rejects where the Worker cannot be read at all. */
async function follow({ source, origin, target }: Options): Promise<never> {
  /** `seen` is null of what was there before. */
  const known = new Map<string, { readonly seen: Seen | null; readonly settled: boolean }>();
  const startedAt = new Date().toISOString();
  const first = await source.tasks();
  for (const { taskId, settled } of first) known.set(taskId, { seen: null, settled });
  const open = first.filter(({ settled }) => !settled).length;
  console.log(`Following ${origin}: ${open === 0 ? "no task" : counted(open, "task")} under way.`);
  for (let isSilent = false; ; await sleep(EVERY_MS)) {
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    // One task that cannot be read holds up no other.
    for (const task of (await source.tasks().catch(failed)) ?? []) await look(task).catch(failed);
    for (const error of failures) if (!(error instanceof TailError) || error.isFinal) throw error;
    const [error] = failures;
    if (error instanceof TailError && !isSilent) console.error(`${plain(error.message)} Asking again.`);
    if (error === undefined && isSilent) console.log("It answers again.");
    isSilent = error !== undefined;
  }

  async function look(task: TailedTask): Promise<void> {
    const isOld = task.createdAt < startedAt;
    // Of old tasks the first look saw all that were open, if they fit in a list.
    const wasSettled = isOld && (task.settledAt === null ? open < LISTED : task.settledAt < startedAt);
    const before = known.get(task.taskId) ?? { seen: isOld ? null : [], settled: wasSettled };
    const isRecent = task.settledAt !== null && Date.now() - Date.parse(task.settledAt) < FOLLOWED_AFTER_MS;
    if (before.settled && task.settled && !isRecent) return;
    const events = await source.events(task.taskId);
    const seen = before.seen ?? seenOf(events, startedAt);
    const turn = turnOf(task, before.settled);
    const isNews = turn !== null || events.some(({ times }, index) => times > (seen[index] ?? 0));
    // What cannot be read now is news the next time too.
    const view = isNews ? await source.task(task.taskId) : null;
    known.set(task.taskId, { seen: seenOf(events), settled: task.settled });
    if (view === null) return;
    const numberOf = (trackId: string): number => view.tracks.findIndex((track) => track.trackId === trackId) + 1;
    const lines = newLines(events, seen, (trackId) => `track ${numberOf(trackId)}`);
    for (const line of turn === null ? lines : [...lines, turn]) {
      say(task, line);
      if (target !== null && line.notice !== null) await forward(view, line, line.notice, target);
    }
  }
}

async function forward(
  view: TailedView,
  { at }: TailLine,
  { kind, trackId }: NonNullable<TailLine["notice"]>,
  to: NotifyTarget,
): Promise<void> {
  const about = { type: kind, timestamp: at, ...(trackId === null ? {} : { trackId }) };
  const body = JSON.stringify({ ...about, data: view });
  const id = `msg_${sha256Hex([view.taskId, kind, at, trackId].join(" ")).slice(0, 32)}`;
  const outcome = await sendMessage(to, { id, body }, Date.now(), AbortSignal.timeout(60_000));
  const end = outcome.type === "failed" ? styleText("red", `not taken: ${plain(outcome.reason)}`) : outcome.type;
  console.log(`          ↳ ${kind} → ${to.url.origin}: ${end}`);
}

function turnOf(task: TailedTask, was: boolean): TailLine | null {
  const { settled, settledAt, stage, product, keptTracks, tracks, problem } = task;
  if (settled === was) return null;
  if (!settled)
    return { at: new Date().toISOString(), text: "Open again.", notice: { kind: "task.reopened", trackId: null } };
  const kept =
    tracks === 0 ? "" : `, ${keptTracks} of ${counted(tracks, isMusicProduct(product) ? "track" : "file")} kept`;
  const trouble = problem === null || problem === stage ? "" : ` (${problem.replaceAll("_", " ")})`;
  const at = settledAt ?? new Date().toISOString();
  return { at, text: `Settled: ${stage}${kept}${trouble}.`, notice: { kind: "task.settled", trackId: null } };
}

function say({ taskId, title }: TailedTask, { at, text }: TailLine): void {
  const time = new Date(at).toLocaleTimeString("en-GB");
  console.log(`${time}  ${styleText("bold", plain(title ?? taskId.slice(0, 12)))}  ${plain(text)}`);
}

async function optionsIn(
  args: readonly string[],
): Promise<Options | { readonly help: true } | { readonly wrong: string }> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { forward: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
      allowPositionals: true,
    });
    if (values.help) return { help: true };
    const address = originIn(positionals);
    if ("wrong" in address) return address;
    const settings = await readSettings();
    const { apiToken, readToken } = parseConfig(settings);
    const token = firstOf(readToken) ?? firstOf(apiToken);
    if (token === null)
      return {
        wrong:
          "No token is known here that has 32 or more of A-Z a-z 0-9 _ -: API_TOKEN=… (or READ_TOKEN=…) npm run tail -- <address>.",
      };
    const target = values.forward === undefined ? null : targetOf(values.forward, settings);
    if (target !== null && "wrong" in target) return target;
    return { source: tailSource(address.origin, token), origin: address.origin, target };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

/** On loopback http will do. */
function targetOf(
  address: string,
  settings: Readonly<Record<string, string | undefined>>,
): NotifyTarget | { readonly wrong: string } {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    return { wrong: "--forward takes an http(s) address, like http://localhost:3000." };
  if ((settings["NOTIFY_SECRET"] ?? "") === "") return { url, secrets: [] };
  const { notify } = parseConfig({ ...settings, NOTIFY_URL: "https://forwarded.example", AUDIO_ORIGINS: "" });
  return notify === null ? { wrong: "NOTIFY_SECRET is set and cannot sign: mend or unset it." } : { ...notify, url };
}
