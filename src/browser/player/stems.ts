/** The stems of one song: each can be muted, or be heard alone. */
import type { Take } from "./takes.ts";

const muted = new Set<string>();
const alone = new Set<string>();

/** 1 or 0, for each stem. */
export function stemLevels(stems: readonly Take[]): readonly number[] {
  return stems.map(({ name }) => Number(alone.size === 0 ? !muted.has(name) : alone.has(name)));
}

/** `changed` is called after a change. */
export function offerStem({ name }: Take, transport: HTMLElement, changed: () => void): void {
  for (const [word, names] of [
    ["Solo", alone],
    ["Mute", muted],
  ] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet stem";
    button.textContent = word;
    button.ariaLabel = `${word} ${name}`;
    button.ariaPressed = String(names.has(name));
    button.addEventListener("click", ({ detail }) => {
      if (!names.delete(name)) names.add(name);
      button.ariaPressed = String(names.has(name));
      changed();
      // By pointer: the keys go on to mean the player, not this button.
      if (detail > 0) button.blur();
    });
    transport.append(button);
  }
}
