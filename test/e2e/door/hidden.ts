/** Finds secrets in a text, whatever they were written as: plain, in another case, percent-encoded, hex or base64. */

/** Those of the secrets that the text tells. */
export function foundIn(text: string, secrets: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  return secrets.filter(
    (secret) =>
      formsInAnyCase(secret).some((form) => lower.includes(form)) ||
      formsInBase64(secret).some((form) => text.includes(form)),
  );
}

function formsInAnyCase(secret: string): readonly string[] {
  const hex = Buffer.from(secret).toString("hex");
  const percent = hex.replaceAll(/../g, "%$&");
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), hex, percent].map((form) =>
    form.toLowerCase(),
  );
}

/** Wherever it stands in what is encoded: without the characters that it shares with what is before and after it. */
function formsInBase64(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((bytesBefore) => {
    const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(secret)]);
    const first = Math.ceil((bytesBefore * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString("base64"), bytes.toString("base64url")].map((form) => form.slice(first, last));
  });
}
