/** What every handler finds in its context. */
import type { Config } from "../core/config.ts";

export interface AppEnv {
  readonly Bindings: Env;
  readonly Variables: { readonly config: Config; readonly requestId: string };
}
