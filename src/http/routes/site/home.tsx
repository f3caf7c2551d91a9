/**
 * `GET /`: what this is, and whether it is configured. Open to all, so it tells names and commands, never values.
 */
import { Hono } from "hono/tiny";
import * as z from "zod";
import { missingSecrets, type Config } from "../../../core/config.ts";
import { countInbox } from "../../../platform/inbox/inbox.ts";
import { sessionOf } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { Layout } from "../../pages/frame/layout.tsx";
import { nonceOf, page, prefersHtml } from "../../pages/frame/page.ts";

const LINKS = { tasks: "/tasks", docs: "/docs", openapi: "/openapi.json", health: "/health" };

export const frontView = z.object({
  name: z.literal("backline"),
  status: z.enum(["ok", "unconfigured"]),
  links: z.record(z.string(), z.string()),
});

export const home = new Hono<AppEnv>().get("/", async (c) => {
  const missing = missingSecrets(c.get("config"));
  if (!prefersHtml(c)) {
    const status = missing.length === 0 ? "ok" : "unconfigured";
    const front: z.infer<typeof frontView> = { name: "backline", status, links: LINKS };
    return c.json(front, 200, { vary: "Accept", "cache-control": "no-cache" });
  }
  const signedIn = (await sessionOf(c)) !== null;
  const inInbox = signedIn ? await countInbox(c.env.AUDIO) : null;
  return page(
    c,
    <Layout title="Backline" nonce={nonceOf(c)} visitor={signedIn ? "person" : "stranger"}>
      <h1>Backline</h1>
      <p class="lead">
        Catches the callbacks of the Add Instrumental API, keeps every track before its link expires, and tells what
        became of a task.
      </p>
      {missing.length === 0 ? (
        <p class="ok">Configured: callbacks are taken, and results can be read.</p>
      ) : (
        <Missing config={c.get("config")} missing={missing} />
      )}
      {inInbox === null || inInbox === "0" ? null : (
        <p class="note">
          <a href="/inbox">{inInbox === "1" ? "1 delivery" : `${inInbox} deliveries`} in the inbox</a>
        </p>
      )}
      <ul class="ways">
        <Way href="/tasks" name="Tasks">
          What became of each, live, with its tracks to hear.
        </Way>
        <Way href="/new" name="New task">
          From an audio file on your disk, or a link to one.
        </Way>
        <Way href="/docs" name="API">
          Every route, to read and to try.
        </Way>
        <Way href="/openapi.json" name="openapi.json">
          The same for machines.
        </Way>
      </ul>
    </Layout>,
  );
});

function Missing({ config, missing }: { readonly config: Config; readonly missing: readonly string[] }) {
  const { callbackToken, callbackHmacKey, apiToken } = config;
  const cures = [callbackToken, callbackHmacKey, apiToken].flatMap((secret) =>
    secret.state !== "set" && missing.includes(secret.name) ? [secret] : [],
  );
  return (
    <section class="alert" aria-labelledby="missing">
      <h2 id="missing">Not configured yet</h2>
      <p>Until these are set, the doors stay shut:</p>
      <ul>
        {cures.map(({ name, state }) => (
          <li>
            <strong>{name}</strong> is {state}: <code>npx wrangler secret put {name}</code>
          </li>
        ))}
      </ul>
      <p class="hint">
        <code>openssl rand -hex 32</code> makes a strong value. Locally, <code>npm run setup</code> makes all of them.
      </p>
    </section>
  );
}

function Way({ href, name, children }: { readonly href: string; readonly name: string; readonly children: string }) {
  return (
    <li>
      <a href={href}>{name}</a>
      <span class="hint">{children}</span>
    </li>
  );
}
