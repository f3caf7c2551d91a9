/**
 * What Space means: to who came by keys, what has the focus; to who clicked it, the player, as with any other place of
 * the page.
 */

let clicked: Element | null = null;

document.addEventListener("pointerdown", ({ target }) => (clicked = actorOf(target)), true);
// Whoever leaves it by keys, and comes back by keys, means it.
document.addEventListener("focusin", ({ target }) => {
  if (target !== clicked) clicked = null;
});

/** Whether Space is for what has the focus. Where it is not, that loses the focus, so that its release says nothing either. */
export function meansItself(target: EventTarget | null): boolean {
  const actor = actorOf(target);
  if (actor === null) return false;
  const isClicked = actor === clicked && actor instanceof HTMLElement && !(actor instanceof HTMLMediaElement);
  if (isClicked) actor.blur();
  return !isClicked;
}

function actorOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest("button, a, summary, audio, video") : null;
}
