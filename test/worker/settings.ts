/** Settings for a whole file of tests. The Worker and its objects read them once, so they are set before any call. */
import { env } from "cloudflare:workers";

export function configure(vars: Readonly<Record<string, string>>): void {
  Object.assign(env, vars);
}

/** The provider can be asked, and every pace is divided by this. */
export function configureWithKey(timeScale: number): void {
  configure({
    PROVIDER_API_KEY: "provider-key-of-the-worker-tests",
    TIME_SCALE: String(timeScale),
    AUDIO_ORIGINS: "https://cdn.example.com http://127.0.0.1:*",
    SOURCE_ORIGINS: "https://cdn.example.com",
  });
}
