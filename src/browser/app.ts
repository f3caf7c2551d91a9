/**
 * What the pages gain by script: they follow what happens, show waveforms and local times, and copy commands.
 *
 * Everything is there without it. It asks nobody but the Worker that the page came from.
 */
import { offerCopies } from "./copies.ts";
import { follow } from "./follow.ts";
import { offerPlayers } from "./players.ts";
import { offerToTell } from "./tell-me.ts";
import { localTimes } from "./times.ts";

function enhance(): void {
  offerPlayers(document);
  localTimes(document);
  offerToTell();
  offerCopies(document);
}

enhance();
follow(enhance);
setInterval(() => localTimes(document), 30_000);
