/** Where to go after the login: a path of our own, never a place that someone else chose. Pure. */

const BASE = "https://backline.invalid";

/** The path and query as a browser reads them, or null for whatever could lead to another origin. */
export function localPath(text: string): string | null {
  if (!text.startsWith("/")) return null;
  const url = URL.parse(text, BASE);
  if (url === null || url.origin !== BASE) return null;
  const path = url.pathname + url.search;
  // "/.//host" is a path here, and a host once it stands alone.
  return path.startsWith("//") ? null : path;
}
