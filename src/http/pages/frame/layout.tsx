/** What every page has in common: landmarks, navigation, our one stylesheet and our one script. Pure. */
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";

export interface LayoutProps {
  readonly title: string;
  /** Shown in the tab, by a sign and by the icon: how what the page is about stands. */
  readonly standing?: keyof typeof SIGNS;
  /** Of this response (`nonceOf`). */
  readonly nonce: string;
  /** Who looks: a person of this Worker, who has a way out; a stranger, who has a way in; a guest has neither. */
  readonly visitor: "person" | "stranger" | "guest";
  readonly children: Child;
}

const SECTIONS = [
  ["/tasks", "Tasks"],
  ["/new", "New"],
  ["/inbox", "Inbox"],
  ["/stats", "Stats"],
  ["/docs", "API"],
] as const;

const SIGNS = { good: "✓", warn: "!", bad: "✗", busy: "…" } as const;

export function Layout({ title, standing, nonce, visitor, children }: LayoutProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>
          {standing === undefined ? "" : `${SIGNS[standing]} `}
          {title === "Backline" ? title : `${title} · Backline`}
        </title>
        <link
          rel="icon"
          href={standing === undefined ? "/assets/icon.svg" : `/assets/icon-${standing}.svg`}
          type="image/svg+xml"
        />
        <link rel="stylesheet" href="/assets/app.css" />
        <script type="module" src="/assets/app.js" nonce={nonce}></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        {visitor === "guest" ? null : <Head visitor={visitor} />}
        <main id="main" tabindex={-1}>
          <p id="live" role="status"></p>
          <p id="announcement" class="unseen" role="status"></p>
          {children}
        </main>
      </body>
    </html>
  );
}

function Head({ visitor }: { readonly visitor: "person" | "stranger" }) {
  return (
    <header class="site">
      <a class="brand" href="/">
        Backline
      </a>
      <nav aria-label="Main">
        {SECTIONS.map(([href, name]) => (
          <a href={href}>{name}</a>
        ))}
      </nav>
      {visitor === "person" ? (
        <form method="post" action="/logout">
          <button class="quiet">Log out</button>
        </form>
      ) : (
        <a href="/login">Log in</a>
      )}
    </header>
  );
}
