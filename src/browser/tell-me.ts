/** An opt-in: this browser tells when the task of the page has come to its end. */

const wish = `tell ${location.pathname}`;

export function offerToTell(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-tell-me]");
  if (button === null || !("Notification" in window) || Notification.permission === "denied") return;
  button.hidden = false;
  button.ariaPressed = String(sessionStorage.getItem(wish) !== null);
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-tell-me]") !== null) void turn();
});

async function turn(): Promise<void> {
  if (sessionStorage.getItem(wish) !== null) sessionStorage.removeItem(wish);
  else if ((await Notification.requestPermission()) === "granted") sessionStorage.setItem(wish, "yes");
  offerToTell();
}

/** Once for each wish. */
export function tellOfEnd(text: string): void {
  if (sessionStorage.getItem(wish) === null) return;
  sessionStorage.removeItem(wish);
  const title = document.querySelector("h1")?.textContent ?? "Backline";
  const said = new Notification(title, { body: text.trim(), icon: "/assets/icon.svg" });
  said.addEventListener("click", () => window.focus());
}
