/** How a task stands in one sentence, what helps in another, and the one thing to do. Pure. */
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import { SET_PROVIDER_KEY } from "../../../core/secrets.ts";
import { OF_LENGTH } from "../../../core/task/assessment.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { counted, reasonWords } from "../frame/words.ts";
import { whyNotKept } from "./why-not-kept.ts";

export type Standing = "good" | "warn" | "bad" | "busy";
/** `retry` asks the provider again, too; `recover` may cost credits, `submit_again` does. */
export type Help = "retry" | "recover" | "submit_again" | null;

export interface Headline {
  readonly standing: Standing;
  readonly text: string;
  /** What is the matter and what to do about it; empty where nothing is. */
  readonly more: string;
  readonly help: Help;
}

/** `canRecover`: the provider can be asked, for its record and for new links. */
export function headlineOf(view: TaskView, canRecover: boolean): Headline {
  if (view.stage === "failed") return ofFailure(view);
  if (view.settled) return ofEnd(view, canRecover);
  const failing = deliveredIn(view).find(
    ({ state, reason }) => reason !== null && (state === "queued" || (state === "waiting" && view.stalled)),
  );
  if (failing !== undefined) return ofTrouble(view, failing, canRecover);
  return view.stalled ? ofSilence(view, canRecover) : told("busy", underWay(view));
}

/** What the page says to do, for programs; null where that is nothing, or the failure says it. */
export function adviceFor(view: TaskView, canRecover: boolean): string | null {
  const { standing, more } = headlineOf(view, canRecover);
  const cure = view.stage === "failed" || standing === "good" ? "" : more;
  return [cure, keyWords(view, canRecover, more)].join(" ").trim() || null;
}

/** What a key would add; empty where there is one, nothing is left to ask about, or the headline's `more` says it. */
export function keyWords({ settled }: TaskView, hasKey: boolean, more: string): string {
  return settled || hasKey || more.includes(SET_PROVIDER_KEY) ? "" : KEYLESS;
}

const KEYLESS = `PROVIDER_API_KEY is not set: if the callbacks of this task get lost or its links expire, the provider cannot be asked. To change that, ${SET_PROVIDER_KEY}.`;

function ofSilence(view: TaskView, canAsk: boolean): Headline {
  const { text, first, complete } = view.stages;
  if ((complete ?? first ?? text) === null) return told("warn", "Silent for longer than is usual.", SILENCE, "retry");
  return told("warn", `${underWay(view)} Silent for longer than is usual since.`, canAsk ? ASKED : NOT_ASKED, "retry");
}

const SILENCE = "The timeline shows what came. Check the task at the provider, and that its callBackUrl leads here.";
const ASKED = "The provider is asked for its record by itself, 60 times at most. Trying again asks at once.";
const NOT_ASKED = `The provider's record is not asked, since PROVIDER_API_KEY is not set. To have it asked, ${SET_PROVIDER_KEY}, then try again; or look at the task there.`;

/** What is shown of an open task where nothing is wrong. */
function underWay(view: TaskView): string {
  const { text, first, complete } = view.stages;
  if ((complete ?? first ?? text)?.unconfirmed === true)
    return `A signed callback says that ${complete ? "all" : first ? "the first take" : "the text"} is done. It counts once the provider's record confirms it.`;
  // An end without a link counts as no more than this stage: the provider is asked, and may call once more.
  if (complete === null && first !== null && deliveredIn(view).every(({ state }) => state === "waiting"))
    return `The provider says that ${isMusicProduct(view.product) ? "music" : "it"} is done, and sent no ${deliveredIn(view).some(({ reason }) => reason !== null) ? "usable " : ""}link to it yet.`;
  switch (view.stage) {
    case "pending":
      return "Waiting for the provider's first word.";
    case "text":
      return "The text is done. The first take comes next.";
    case "first":
      return `The first take is done, the rest follows. ${keptWords(view)}.`;
    case "complete":
    case "failed":
      return `Complete at the provider. ${keptWords(view)}${restWords(view)}.`;
  }
}

/** What becomes of those that are not kept. */
function restWords(view: TaskView): string {
  const rest = deliveredIn(view).filter(({ state }) => state !== "stored");
  const words = REST.flatMap(([among, say]) => {
    const count = rest.filter(({ state }) => state === among).length;
    if (count === 0) return [];
    return [count === rest.length ? say("the rest", "is") : say(String(count), count === 1 ? "is" : "are")];
  });
  return words.map((one) => `, ${one}`).join("");
}

const REST: readonly (readonly [state: string, say: (which: string, is: string) => string])[] = [
  ["queued", (which, is) => `${which} ${is} being copied`],
  ["waiting", (which) => `a link for ${which} is awaited`],
  ["lost", (which) => `${which} could not be kept`],
];

function ofTrouble(view: TaskView, { state, reason }: Delivered, canAsk: boolean): Headline {
  const { what, cure, needsNewLink } = whyNotKept(reason ?? "");
  const far = view.stage === "complete" ? "Complete at the provider" : "Under way";
  if (view.recovery?.state === "running")
    return told("busy", `${far}, but ${unkept(view)} not kept yet: ${what}. ${RECOVERING}`);
  const next = state === "waiting" ? "Another link is awaited." : needsNewLink ? (canAsk ? NEXT_ASKED : NO_KEY) : NEXT;
  return told(
    "warn",
    `${far}, but ${unkept(view)} not kept yet: ${what}.`,
    `${cure ?? ""} ${next}`.trim() + recoveryWords(view, "and did not help"),
    needsNewLink && !canAsk && state !== "waiting" ? null : "retry",
  );
}

const NEXT = "It is tried again by itself.";
const NEXT_ASKED = "Its record is asked for one by itself. Trying again asks at once.";
const NO_KEY = `It may come with another callback. With PROVIDER_API_KEY set, the provider can be asked for one: ${SET_PROVIDER_KEY}.`;

function ofEnd(view: TaskView, canRecover: boolean): Headline {
  const all = deliveredIn(view).length;
  const one = wordOf(view);
  const lost = deliveredIn(view).flatMap(({ state, reason }) => (state === "lost" ? [reason ?? ""] : []));
  if (lost.length > 0) {
    const { what, cure, needsNewLink } = whyNotKept(lost[0] ?? "");
    const which =
      lost.length === all ? (lost.length === 1 ? `the ${one}` : `no ${one}`) : `${lost.length} of ${counted(all, one)}`;
    const verb = which.startsWith("no ") ? "could be kept" : "could not be kept";
    if (view.recovery?.state === "running") return told("busy", `Complete, but ${which} ${verb}. ${RECOVERING}`);
    return told(
      lost.length === all ? "bad" : "warn",
      `Complete, but ${which} ${verb}: ${what}.`,
      (cure ?? "Try again: the provider keeps files for 14 days.") +
        (needsNewLink && !canRecover ? ` ${NO_KEY}` : "") +
        recoveryWords(view, needsNewLink ? "and they are dead too" : "and did not help"),
      needsNewLink ? newLinksOf(view, canRecover) : "retry",
    );
  }
  const faulty = view.tracks.flatMap(({ assessment }, index) => {
    const finding = assessment?.verdict === "fail" ? assessment.findings[0] : undefined;
    return finding === undefined ? [] : [{ take: index + 1, message: finding.message, isCut: isCut(assessment) }];
  });
  if (faulty.length > 0) return ofFault(view, faulty, canRecover);
  const takes = view.tracks.map(({ audio }, index) => ({ name: `Take ${index + 1}`, ...audio }));
  const makeshift = [...takes, ...view.files].filter(({ state, reason }) => state === "stored" && reason !== null);
  if (makeshift.length > 0)
    return told(
      "warn",
      `Complete. ${keptWords(view)}, of which ${makeshift.length} for want of better.`,
      makeshift.map(({ name, reason }) => `${name}: ${whyNotKept(reason ?? "").what}.`).join(" "),
      "retry",
    );
  const isHelped = view.recovery?.state === "done" ? "The provider made new links, and they helped." : "";
  return all === 0 ? ofNoFile(view) : told("good", `Complete. ${keptWords(view)}.`, isHelped);
}

interface Fault {
  /** Counted from 1. */
  readonly take: number;
  readonly message: string;
  readonly isCut: boolean;
}

/** What is cut may come whole by a new link; what is whole and sounds bad is made anew by another task alone. */
function ofFault(view: TaskView, faults: readonly Fault[], canRecover: boolean): Headline {
  const [first, ...rest] = faults.map(({ take }) => String(take));
  const which = rest.length === 0 ? `take ${first} sounds` : `takes ${[first, ...rest].join(" and ")} sound`;
  const text = `Complete. ${keptWords(view)}, but ${which} faulty.`;
  if (view.recovery?.state === "running") return told("busy", `${text} ${RECOVERING}`);
  const found = faults.map(({ take, message }) => `Take ${take}: ${message}`).join(" ");
  return told("warn", text, found + recoveryWords(view, "and gave nothing better"), helpOf(view, faults, canRecover));
}

/** Where nothing else helps, a retry costs nothing. */
function helpOf(view: TaskView, faults: readonly Fault[], canRecover: boolean): Help {
  if (faults.some((fault) => fault.isCut)) return newLinksOf(view, canRecover) ?? "retry";
  return view.request !== null && view.product === "add_instrumental" ? "submit_again" : "retry";
}

export function isCut(assessment: TaskView["tracks"][number]["assessment"]): boolean {
  return assessment?.findings.some(({ level, code }) => level === "fail" && OF_LENGTH.has(code)) === true;
}

const RECOVERING = "The provider is making new links.";

/** How the recovery ended that did not help. */
function recoveryWords({ recovery }: TaskView, inVain: string): string {
  if (recovery?.state === "failed")
    return ` It was asked for new links, and none came (${reasonWords(recovery.reason ?? "no reason was given")}).`;
  return recovery?.state === "done" ? ` New links came, ${inVain}.` : "";
}

/** New links are paid for: once they came in vain, nobody is invited to pay again. Other products have none. */
function newLinksOf({ recovery, product }: TaskView, canRecover: boolean): Help {
  if (!canRecover) return null;
  return isMusicProduct(product) && recovery?.state !== "done" ? "recover" : "retry";
}

function ofNoFile({ product }: TaskView): Headline {
  if (product === "lyrics" || product === "timestamped_lyrics")
    return told("good", "Complete. The words are in the timeline, under “What was sent”.");
  if (product === "voice") return told("good", "Complete. What came of it is in the timeline.");
  return told("warn", "Complete, but nothing came with it that could be kept.", "The timeline shows what was sent.");
}

/** A failure that is only silence can be asked about; any other is the end of this task. */
function ofFailure({ failure, tracks, request, product }: TaskView): Headline {
  const kept = tracks.filter(({ audio }) => audio.state === "stored").length;
  const after = kept > 0 ? ` after ${counted(kept, "take")}, which ${kept === 1 ? "is" : "are"} kept` : "";
  if (failure === null) return told("bad", `Failed${after}.`);
  const [, what = "", cure = ""] = /^(.*?)\. (.*)$/s.exec(failure.advice) ?? [];
  const code = failure.code === null ? "" : ` (code ${failure.code})`;
  const said = failure.message === null ? "" : ` The provider says: “${failure.message.replace(/\.$/, "")}”.`;
  const refunded = failure.refunded && failure.reason !== "refunded" ? " The credits were given back." : "";
  return told(
    "bad",
    `Failed${after}: ${what.charAt(0).toLowerCase()}${what.slice(1)}${code}.`,
    `${cure}${refunded}${said}`,
    failure.reason === "no_news" ? "retry" : request === null || product !== "add_instrumental" ? null : "submit_again",
  );
}

type Delivered = Pick<TaskView["files"][number], "state" | "reason">;

/** Takes, or the files of another product. */
function deliveredIn({ tracks, files }: TaskView): readonly Delivered[] {
  return tracks.length > 0 ? tracks.map(({ audio }) => audio) : files;
}

function wordOf({ tracks, files }: TaskView): "take" | "file" {
  return tracks.length === 0 && files.length > 0 ? "file" : "take";
}

function keptWords(view: TaskView): string {
  const all = deliveredIn(view);
  const kept = all.filter(({ state }) => state === "stored").length;
  return `${kept} of ${counted(all.length, wordOf(view))} kept`;
}

function unkept(view: TaskView): string {
  const all = deliveredIn(view);
  const open = all.filter(({ state }) => state !== "stored").length;
  return `${open} of ${counted(all.length, wordOf(view))} ${open === 1 ? "is" : "are"}`;
}

function told(standing: Standing, text: string, more = "", help: Help = null): Headline {
  return { standing, text, more, help };
}
