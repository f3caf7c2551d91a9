/** A secret as it may be written in a message, each with a text around it as one meets it there. */

export const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  "in a URL": (secret) => `https://backline.example.com/callback/${secret}?x=1`,
  "in a path of backslashes": (secret) => `https:\\\\backline.example.com\\callback\\${secret}`,
  "percent-encoded": (secret) => encodeURIComponent(`/callback/${secret}`),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(`/callback/${secret}`)),
  "each byte percent-encoded": percented,
  "each byte percent-encoded twice": (secret) => percented(secret).replaceAll("%", "%25"),
  "in a JSON text": (secret) => JSON.stringify({ callBackUrl: `https://backline.example.com/callback/${secret}` }),
  "in a JSON text in a JSON text": (secret) => JSON.stringify(JSON.stringify({ url: `x\\/${secret}` })),
  "JSON-escaped": (secret) => escaped(secret),
  "JSON-escaped twice": (secret) => JSON.stringify(escaped(secret)),
  "as an HTML entity": (secret) => `&#x${secret.charCodeAt(0).toString(16)};${secret.slice(1)}`,
  "as decimal HTML entities": (secret) => Array.from(secret, (char) => `&#${char.charCodeAt(0)};`).join(""),
  "as UTF-16": (secret) => Array.from(secret).join("\0"),
  "in hex": hex,
  "in capital hex": (secret) => `0x${hex(secret).toUpperCase()}`,
  base64: (secret) => btoa(`/callback/${secret}`),
  "base64 of a longer text": (secret) => btoa(`{"callBackUrl":"https://backline.example.com/callback/${secret}"}`),
  base64url: (secret) => btoa(`??>>${secret}??>>`).replaceAll("+", "-").replaceAll("/", "_"),
  "base64, percent-encoded": (secret) => encodeURIComponent(btoa(`??>>${secret}??>>`)),
  "after other letters": (secret) => `x_y-${secret}z`,
};

/** Forms of what is made with a secret, which are tried by decoding. */
export const DEEPER_FORMS: typeof FORMS = {
  "hex of UTF-16": (value) => hex(utf16(value)),
  "base64 of UTF-16": (value) => btoa(utf16(`/callback/${value}`)),
  "base64 in base64": (value) => btoa(btoa(`callback/${value}?`)),
  "hex in base64url": (value) =>
    btoa(`??>>${hex(value)}`)
      .replaceAll("+", "-")
      .replaceAll("/", "_"),
  "base64 in hex": (value) => hex(btoa(value)),
};

function hex(text: string): string {
  return Array.from(text, (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** Little endian, a character for each byte. */
function utf16(text: string): string {
  return Array.from(text, (char) => `${char}\0`).join("");
}

function percented(secret: string): string {
  return Array.from(secret, (char) => `%${char.charCodeAt(0).toString(16)}`).join("");
}

function escaped(secret: string): string {
  return Array.from(secret, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
