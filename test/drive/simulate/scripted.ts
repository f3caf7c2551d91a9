/**
 * Lives in calm weather, told as data: they are lived on the models and on real workerd, and both must end as
 * `scripted-lives.json` says. Pure.
 */
import { frames, jpeg } from "../../core/audio/audio-bytes.ts";

const ORIGIN = "https://cdn.example.com/";

export interface ScriptedLife {
  readonly name: string;
  /** In the provider's words, one after the other; the task is left to come to rest after each. */
  readonly messages: (taskId: string) => readonly object[];
  readonly deleted?: boolean;
}

/** What lies behind the links; the rest is gone. */
export const FILES: Readonly<Record<string, Uint8Array>> = {
  [`${ORIGIN}a.mp3`]: frames(40),
  [`${ORIGIN}b.mp3`]: frames(50),
  [`${ORIGIN}a.jpg`]: jpeg(),
};

const a = { id: "a", audio_url: `${ORIGIN}a.mp3`, image_url: `${ORIGIN}a.jpg`, title: "A" };
const b = { id: "b", audio_url: `${ORIGIN}b.mp3`, image_url: "", title: "B" };
const bare = ({ id, title }: typeof a): object => ({ id, title, audio_url: "", image_url: "" });

function said(task_id: string, callbackType: string, data: readonly object[] | null, code = 200): object {
  return { code, msg: "", data: { callbackType, task_id, data } };
}

export const SCRIPTED: readonly ScriptedLife[] = [
  {
    name: "all in order",
    messages: (id) => [
      said(id, "text", [bare(a), bare(b)]),
      said(id, "first", [a, bare(b)]),
      said(id, "complete", [a, b]),
    ],
  },
  {
    name: "straight to the end, twice",
    messages: (id) => [said(id, "complete", [a, b]), said(id, "complete", [a, b])],
  },
  { name: "a late first", messages: (id) => [said(id, "complete", [a]), said(id, "first", [bare(a)])] },
  {
    name: "a failure after the first",
    messages: (id) => [said(id, "first", [a, bare(b)]), said(id, "complete", null, 400)],
  },
  { name: "deleted at the end", messages: (id) => [said(id, "complete", [a])], deleted: true },
];
