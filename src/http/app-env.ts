/** What every handler finds in its context. */
import type { Config } from "../core/config.ts";

/** How a request proved that it may come in. */
export type Via = "bearer" | "session" | "share";

export interface AppEnv {
  readonly Bindings: Env;
  readonly Variables: {
    /** Of a conditional write: the version of the task that its condition is about. */
    readonly seen?: number;
    /** What of a submission was passed on without being known. */
    warnings: readonly string[];
    readonly config: Config;
    readonly requestId: string;
    /** Behind `requireApiToken` alone, like the next. */
    readonly via?: Via;
    /** Whether the request may change anything: with READ_TOKEN, and by a share, it may not. */
    readonly mayAct?: boolean;
    /** The value of API_TOKEN that vouches for the request: what is signed on its behalf lives as long as that. */
    readonly vouchedBy?: string;
  };
}
