/** An opt-in: this browser tells when the task of the page has come to its end. */

const wish = `tell ${location.pathname}`;
const OFFER = "Tell me when it is done";
const TOLD = "You will be told when it is done";
const NOT_ALLOWED = "Not allowed: let this site notify you in the browser's settings, then press again";

/** In answer to a click on this page. */
let isRefused = false;

export function offerToTell(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-tell-me]");
  if (button === null || !("Notification" in window)) return;
  button.hidden = Notification.permission === "denied" && !isRefused;
  const isWished = sessionStorage.getItem(wish) !== null;
  button.ariaPressed = String(isWished);
  button.textContent = isWished ? TOLD : isRefused ? NOT_ALLOWED : OFFER;
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-tell-me]") !== null) void turn();
});

async function turn(): Promise<void> {
  if (sessionStorage.getItem(wish) !== null) sessionStorage.removeItem(wish);
  else {
    isRefused = (await Notification.requestPermission()) !== "granted";
    if (!isRefused) sessionStorage.setItem(wish, "yes");
  }
  offerToTell();
  const region = document.getElementById("announcement");
  if (isRefused && region !== null) region.textContent = NOT_ALLOWED;
}

/** Once for each wish. */
export function tellOfEnd(text: string): void {
  if (sessionStorage.getItem(wish) === null) return;
  sessionStorage.removeItem(wish);
  const title = document.querySelector("h1")?.textContent ?? "Backline";
  const said = new Notification(title, { body: text.trim(), icon: "/assets/icon.svg" });
  said.addEventListener("click", () => window.focus());
}
