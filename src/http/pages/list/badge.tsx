/** A word or two on how something stands. The words carry the meaning, the colour only repeats it. Pure. */
import type { Stage } from "../../../core/task/stage.ts";
import type { AudioVerdict } from "../../../core/audio/findings/findings.ts";
import type { TaskView } from "../../../core/view/view.ts";

export type BadgeTone = "plain" | "good" | "warn" | "bad" | "busy";

export function Badge({ tone, children }: { readonly tone: BadgeTone; readonly children: string }) {
  return (
    <span class="badge" data-tone={tone}>
      {children}
    </span>
  );
}

interface StageBadgeProps {
  readonly stage: Stage;
  readonly stalled: boolean;
  /** Whether the audio of every track is kept and none is faulty: nothing less is good. */
  readonly whole: boolean;
}

export function StageBadge({ stage, stalled, whole }: StageBadgeProps) {
  const { tone, name } = STAGES[stage];
  return (
    <>
      <Badge tone={tone === "good" && !whole ? "warn" : tone}>{name}</Badge>
      {stalled ? <Badge tone="bad">stalled</Badge> : null}
    </>
  );
}

/** `take`: which one it is of, counted from 1; null where that is plain. */
export function VerdictBadge({ verdict, take }: { readonly verdict: AudioVerdict; readonly take: number | null }) {
  const { tone, name } = VERDICTS[verdict];
  return <Badge tone={tone}>{take === null ? name : `take ${take}: ${name}`}</Badge>;
}

/** Of what is complete at the provider, and not here. */
export function OutcomeBadge({ outcome }: { readonly outcome: TaskView["outcome"] }) {
  if (outcome === "partial") return <Badge tone="warn">partial</Badge>;
  return outcome === "lost" ? <Badge tone="bad">lost</Badge> : null;
}

export function AudioBadge({ audio }: { readonly audio: TaskView["tracks"][number]["audio"] }) {
  const { tone, name } = audio.state === "queued" && audio.reason !== null ? NOT_YET : FILES[audio.state];
  return <Badge tone={tone}>{name}</Badge>;
}

type Label = { readonly tone: BadgeTone; readonly name: string };

const STAGES: Readonly<Record<Stage, Label>> = {
  pending: { tone: "busy", name: "pending" },
  text: { tone: "busy", name: "text" },
  first: { tone: "busy", name: "first" },
  complete: { tone: "good", name: "complete" },
  failed: { tone: "bad", name: "failed" },
};

const VERDICTS: Readonly<Record<AudioVerdict, Label>> = {
  pass: { tone: "good", name: "sounds right" },
  warn: { tone: "warn", name: "listen to it" },
  fail: { tone: "bad", name: "faulty" },
};

/** Nothing came of the attempts so far, and the reason stands below. */
const NOT_YET: Label = { tone: "warn", name: "not kept yet" };

const FILES: Readonly<Record<TaskView["tracks"][number]["audio"]["state"], Label>> = {
  waiting: { tone: "plain", name: "no audio yet" },
  none: { tone: "plain", name: "none" },
  queued: { tone: "busy", name: "being copied" },
  stored: { tone: "good", name: "stored" },
  lost: { tone: "bad", name: "lost" },
};
