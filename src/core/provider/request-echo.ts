/**
 * The echo of the request in a provider's message: `param` of a record, the callBackUrl of a callback. It is dropped
 * whole before a message is stored. Pure.
 *
 * The text is worked on, not what it parses to: numbers keep their digits, any depth will do, and so will text that is
 * no JSON at all.
 */
import { REMOVED } from "./redaction.ts";

const ECHOES = new Set(["param", "callbackurl", "callback_url"]);

/** JSON stays JSON. */
export function withoutEcho(text: string): string {
  if (!/param|call_?back_?url|\\u00/i.test(text)) return text;
  let redacted = "";
  let copied = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const end = stringEnd(text, at);
    const colon = skipBlanks(text, end);
    if (text[colon] !== ":" || !isEcho(text.slice(at, end))) {
      at = end;
      continue;
    }
    const value = skipBlanks(text, colon + 1);
    redacted += `${text.slice(copied, value)}"${REMOVED}"`;
    copied = at = valueEnd(text, value);
  }
  return redacted + text.slice(copied);
}

function isEcho(quoted: string): boolean {
  if (quoted.length > 100) return false;
  try {
    return ECHOES.has(String(JSON.parse(quoted)).toLowerCase());
  } catch {
    return false;
  }
}

/** Where the value that starts here is over: behind its last character. */
function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if ((char === "}" || char === "]") && depth > 0) {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (char === "," || char === "}" || char === "]")) return at;
  }
  return text.length;
}

/** Behind the closing quote, or at the end of a text that is cut. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") at += 1;
  }
  return text.length;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (" \t\r\n".includes(text[at] ?? ".")) at += 1;
  return at;
}
