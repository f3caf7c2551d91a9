/** Which of the provider's links of a task may be fetched, and shown: those of the policy, and none to this Worker. */
import { refusal, type SourcePolicy } from "../../core/access/fetch-policy.ts";
import type { Config } from "../../core/config.ts";
import type { Task } from "../../core/task/task.ts";
import type { TaskView } from "../../core/view/view.ts";

export function linkPolicy({ audioOrigins, publicUrl }: Config, { observations, host }: Task): SourcePolicy {
  const hosts = [...observations.map((observed) => observed.host), host, publicUrl?.host];
  return { setting: "AUDIO_ORIGINS", origins: audioOrigins, ownHosts: [...new Set(hosts.flatMap((one) => one ?? []))] };
}

/** The view without links that lead elsewhere: whoever opens it goes where the policy would. */
export function withAllowedLinks(view: TaskView, policy: SourcePolicy): TaskView {
  const tracks = view.tracks.map((track) =>
    track.streamUrl === null || refusal(track.streamUrl, policy) === null ? track : { ...track, streamUrl: null },
  );
  return { ...view, tracks };
}
