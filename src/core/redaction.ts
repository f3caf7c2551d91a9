/**
 * What is taken out of a provider's message before it is stored. Pure.
 *
 * Records, and callbacks of their shape, echo the request in `param`, our callBackUrl with its token included.
 */
const ECHOES = new Set(["param", "callbackurl", "callback_url"]);

/** The text of a message as it may be stored. `json` is what `text` parses to. */
export function redact(text: string, json: unknown): string {
  if (!/param|call_?back_?url|\\u00/i.test(text)) return text;
  return JSON.stringify(json, (key, value: unknown) => (ECHOES.has(key.toLowerCase()) ? "[removed]" : value));
}
