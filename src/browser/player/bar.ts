/** The bar itself and its buttons, as they are made and drawn. What they do is up to the one who makes them. */

const HELP = "Space plays · ← → 5 s · 1 2 same place in take 1, 2 · X swaps · [ ] take before, after";

const SHAPES = {
  play: "M6 4l14 8-14 8z",
  pause: "M5 4h5v16H5zM14 4h5v16h-5z",
  previous: "M18 4L8 12l10 8zM4 4h3v16H4z",
  next: "M6 4l10 8-10 8zM17 4h3v16h-3z",
} as const;

export interface Deck {
  readonly bar: HTMLElement;
  readonly play: HTMLButtonElement;
  readonly name: HTMLElement;
  readonly position: HTMLInputElement;
  readonly time: HTMLElement;
  readonly said: HTMLElement;
  readonly swap: HTMLButtonElement;
  /** To the take before and after. */
  readonly steps: readonly HTMLButtonElement[];
}

interface Acts {
  readonly toggle: () => void;
  readonly step: (by: 1 | -1) => void;
  readonly swap: () => void;
  readonly go: (seconds: number) => void;
}

/** At the foot of the page. */
export function makeDeck({ toggle, step, swap, go }: Acts): Deck {
  const bar = element("section", "deck");
  bar.ariaLabel = "Player";
  const play = button("play", "Play", toggle);
  const name = element("span", "deck-name");
  const position = document.createElement("input");
  position.type = "range";
  position.step = "0.1";
  position.min = "0";
  position.value = "0";
  position.ariaLabel = "Position";
  position.addEventListener("input", () => go(Number(position.value)));
  const time = element("span", "time");
  const ab = document.createElement("button");
  ab.className = "quiet";
  ab.title = "Swaps the takes at the same place, equally loud";
  ab.addEventListener("click", swap);
  const help = element("details", "keys");
  const summary = element("summary", "");
  summary.textContent = "Keys";
  const words = element("p", "hint");
  words.textContent = HELP;
  help.append(summary, words);
  const back = button("previous", "Take before", () => step(-1));
  const on = button("next", "Take after", () => step(1));
  const said = element("p", "said");
  said.role = "status";
  const made = { bar, play, name, position, time, said, swap: ab, steps: [back, on] };
  bar.append(back, play, on, name, position, time, ab, help, said);
  document.querySelector("main")?.append(bar);
  // What has the focus is scrolled clear of the bar.
  new ResizeObserver(() => (document.documentElement.style.scrollPaddingBottom = `${bar.offsetHeight + 8}px`)).observe(
    bar,
  );
  return made;
}

export function element(tag: string, name: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

export function button(shape: keyof typeof SHAPES, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet icon";
  made.addEventListener("click", ({ detail }) => {
    act();
    // By pointer: the keys go on to mean the player, not this button.
    if (detail > 0) made.blur();
  });
  show(made, shape, label);
  return made;
}

export function show(shown: HTMLButtonElement, shape: keyof typeof SHAPES, label: string): void {
  if (shown.ariaLabel === label) return;
  shown.ariaLabel = label;
  shown.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${SHAPES[shape]}"/></svg>`;
}
