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
  base64: (secret) => btoa(`/callback/${secret}`),
  "base64 of a longer text": (secret) => btoa(`{"callBackUrl":"https://backline.example.com/callback/${secret}"}`),
  base64url: (secret) => btoa(`??>>${secret}??>>`).replaceAll("+", "-").replaceAll("/", "_"),
  "base64, percent-encoded": (secret) => encodeURIComponent(btoa(`??>>${secret}??>>`)),
  "after other letters": (secret) => `x_y-${secret}z`,
};

function percented(secret: string): string {
  return Array.from(secret, (char) => `%${char.charCodeAt(0).toString(16)}`).join("");
}

function escaped(secret: string): string {
  return Array.from(secret, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
