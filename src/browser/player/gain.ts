/**
 * How loud an audio element is heard. Through Web Audio where it runs, for that is without a click, leaves the element's
 * clock alone, and works on iOS, where an element's own volume is not.
 */

const RAMP_SECONDS = 0.008;
const WAIT_MS = 300;

let context: AudioContext | null = null;
const nodes = new WeakMap<HTMLMediaElement, GainNode>();

/** From a gesture, before these are played. What cannot be routed is heard as it is. */
export async function route(audios: readonly HTMLMediaElement[]): Promise<void> {
  context ??= new AudioContext();
  const { state } = context;
  if (state !== "running")
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
  if (!isRunning(context)) return;
  for (const audio of audios) {
    if (nodes.has(audio)) continue;
    const node = context.createGain();
    context.createMediaElementSource(audio).connect(node).connect(context.destination);
    nodes.set(audio, node);
  }
}

/** From 0 to 1. */
export function setGain(audio: HTMLMediaElement, gain: number): void {
  audio.dataset["gain"] = gain.toFixed(3);
  const node = nodes.get(audio);
  if (node === undefined || context === null) audio.volume = gain;
  else node.gain.setTargetAtTime(gain, context.currentTime, RAMP_SECONDS);
}

function isRunning({ state }: AudioContext): boolean {
  return state === "running";
}
