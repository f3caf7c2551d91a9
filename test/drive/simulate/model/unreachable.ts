/** What a call ends with that did not reach its object, or whose object went away: it may be repeated. */
export class Unreachable extends Error {
  readonly retryable = true;
}
