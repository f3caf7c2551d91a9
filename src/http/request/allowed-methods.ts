/** Which methods a path has, for the 405 of the others. */
import { PatternRouter } from "hono/router/pattern-router";

/** Takes the routes of an app once; the function tells a path's methods, none for a path that has no route. */
export function allowedMethods(
  routes: readonly { readonly method: string; readonly path: string }[],
): (path: string) => readonly string[] {
  const router = new PatternRouter<string>();
  for (const { method, path } of routes) if (method !== "ALL") router.add("ALL", path, method);
  return (path) => {
    const [matches] = router.match("ALL", path);
    const methods = matches.map(([method]) => method);
    return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
  };
}
