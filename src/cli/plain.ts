/** Text of others as a terminal may show it: no control character, which could command it, and no turned writing. Pure. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
}
