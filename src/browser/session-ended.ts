/** What is said where the session is over: it was ended elsewhere, or its time was up. */

/** To who was sent a link, a login is of no use. */
export const isGuest = new URLSearchParams(location.search).has("share");

export const SESSION_ENDED = isGuest
  ? "This link no longer opens the task. Ask for a new one."
  : "Your session has ended.";

/** A way back in, that leads here again. In a tab of its own it leaves a form as it is filled in. */
export function loginLink(where: "here" | "new tab"): readonly HTMLElement[] {
  if (isGuest) return [];
  const link = document.createElement("a");
  link.href = `/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
  link.textContent = where === "here" ? "Log in" : "Log in, in a new tab";
  if (where === "new tab") link.target = "_blank";
  return [link];
}
