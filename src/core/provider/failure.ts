/**
 * Why the provider gave up, told apart by its code and never by its wording, which differs from its own documents.
 *
 * Pure. The codes are those of the provider's callbacks (page "Add Instrumental Callbacks" and the pages of the other
 * brands of the same back end). One code can mean different things there: its text then names each reading.
 */
export type FailureReason =
  | "invalid_request"
  | "unauthorized"
  | "no_credits"
  | "rate_limited"
  | "timeout"
  | "too_long"
  | "source_unreachable"
  | "content_rejected"
  | "provider_error"
  | "refunded"
  | "no_news"
  | "unknown";

export interface Failure {
  readonly reason: FailureReason;
  /** The provider's code, or null where it gave none. */
  readonly code: number | null;
  /** The provider's own words, shown and never parsed. */
  readonly message: string | null;
  readonly retryable: boolean;
  readonly refunded: boolean;
}

interface FailureKind {
  readonly retryable: boolean;
  /** What happened and what to do about it, for a person. */
  readonly advice: string;
}

export const FAILURES: Record<FailureReason, FailureKind> = {
  invalid_request: {
    retryable: false,
    advice:
      "The provider refused the parameters, the source audio or the content (on some brands: copyrighted lyrics). Check the fields of the request, then submit a new task.",
  },
  unauthorized: {
    retryable: false,
    advice: "The provider refused the API key. Check the key, then submit a new task.",
  },
  no_credits: {
    retryable: true,
    advice: "The provider account is out of credits. Top it up, then submit again.",
  },
  rate_limited: { retryable: true, advice: "Too many requests at once. Submit again after a minute." },
  timeout: { retryable: true, advice: "The provider timed out. Submit again." },
  too_long: {
    retryable: false,
    advice:
      "A text (tags, style, prompt) is too long, or (on KIE.AI) the uploaded audio matches an existing work. Shorten the text or change the source, then submit a new task.",
  },
  source_unreachable: {
    retryable: true,
    advice:
      "The provider could not fetch the source, or a file that belongs to it. Check that every link of the request is public, then submit again.",
  },
  content_rejected: {
    retryable: false,
    advice: "The provider's content check refused the words or the audio. Change them, then submit a new task.",
  },
  provider_error: { retryable: true, advice: "The provider failed. Submit again later." },
  refunded: { retryable: true, advice: "Generation failed and the credits were given back. Submit again." },
  no_news: {
    retryable: true,
    advice:
      "Nothing was heard of this task for 14 days. Check the callBackUrl and the task at the provider; a late callback still counts.",
  },
  unknown: {
    retryable: true,
    advice: "The provider sent a code that it does not document. Read its message, then submit again.",
  },
};

/** The advice of `no_news` where it was not silence: the provider knows no such task, or is done and sent no link. */
const GIVEN_UP_WORDS = {
  unknown:
    "The provider does not know a task of this id (its record was asked for, and there is none). Check that PROVIDER_API_KEY is of the account that submitted it, and that PROVIDER_BASE_URL is the brand it was submitted to, then try again; if it never was, submit it. A late callback still counts.",
  no_link:
    "The provider said that it is done, and no usable link came within a day. Try again, which asks its record; if that has none, submit again. A late callback still counts.",
} as const;

/** What happened and what to do about it. `why`: a task that was given up, where it was not silence. */
export function adviceOf(reason: FailureReason, why: keyof typeof GIVEN_UP_WORDS | null): string {
  return reason === "no_news" && why !== null ? GIVEN_UP_WORDS[why] : FAILURES[reason].advice;
}

const BY_CODE: ReadonlyMap<number, FailureReason> = new Map([
  [400, "invalid_request"],
  [422, "invalid_request"],
  [401, "unauthorized"],
  [402, "no_credits"],
  [429, "no_credits"],
  [405, "rate_limited"],
  [430, "rate_limited"],
  [408, "timeout"],
  [413, "too_long"],
  [409, "invalid_request"],
  [433, "no_credits"],
  [451, "source_unreachable"],
  [455, "provider_error"],
  [500, "provider_error"],
  [501, "provider_error"],
  [505, "provider_error"],
  [531, "refunded"],
]);

/** A word that says more than any code that comes with it. */
const CONTENT_WORD = "sensitive_word_error";
/** Says what a failure is that comes without a code. */
const REQUEST_WORD = "create_task_failed";

/** Codes that end a task even where its status says that it is still pending. */
const FINAL: ReadonlySet<FailureReason> = new Set([
  "invalid_request",
  "unauthorized",
  "no_credits",
  "too_long",
  "source_unreachable",
  "content_rejected",
  "refunded",
]);

/** What a failed observation means: a word that says more than its code, then the code, then the word. */
export function failureOf(code: number | null, status: string | null, message: string | null): Failure {
  const reason = reasonOf(code, status);
  return { reason, code, message, retryable: FAILURES[reason].retryable, refunded: reason === "refunded" };
}

/** Whether nothing more will come of a task with this code. */
export function isFinal(code: number): boolean {
  return FINAL.has(reasonOf(code, null));
}

function reasonOf(code: number | null, status: string | null): FailureReason {
  if (status === CONTENT_WORD) return "content_rejected";
  if (code !== null) return BY_CODE.get(code) ?? "unknown";
  return status === REQUEST_WORD ? "invalid_request" : "provider_error";
}
