/**
 * What the pages gain by script: they follow what happens, play and compare takes, show local times, and copy commands.
 *
 * Everything is there without it. It asks nobody but the Worker that the page came from.
 */
import { offerCopies } from "./copies.ts";
import { offerDraft } from "./draft.ts";
import { follow } from "./follow.ts";
import { offerPlayers } from "./player/deck.ts";
import { offerList, watchEnd } from "./list.ts";
import { offerUpload } from "./new-task.ts";
import { offerToTell } from "./tell-me.ts";
import { localTimes } from "./times.ts";

function enhance(): void {
  offerPlayers();
  localTimes(document);
  offerToTell();
  offerCopies(document);
  watchEnd(enhance);
}

/** What is unfolded to be played shows how long it is. */
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.open)
      for (const media of target.querySelectorAll("audio, video")) media.setAttribute("preload", "metadata");
  },
  true,
);

enhance();
offerDraft();
offerUpload();
offerList(enhance);
follow(enhance);
setInterval(() => localTimes(document), 30_000);
