/**
 * What the pages gain by script: they follow what happens, show waveforms, and copy commands.
 *
 * Everything is there without it. It asks nobody but the Worker that the page came from.
 */
import { offerCopies } from "./copies.ts";
import { follow } from "./follow.ts";
import { offerPlayers } from "./players.ts";

function enhance(): void {
  offerPlayers(document);
  offerCopies(document);
}

enhance();
follow(enhance);
