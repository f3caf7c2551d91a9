/** Markdown of our own as markup that readers of all kinds can use: wide tables scroll by themselves, by keyboard too. Pure. */
import { Marked } from "marked";
import { raw } from "hono/html";

/** Chapters of the reference that have a page of their own here. */
const CHAPTERS: ReadonlyMap<string, string> = new Map([
  ["#is-it-the-music", "/docs/findings"],
  ["#being-told", "/docs/notices"],
]);

const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      return `<a href="${CHAPTERS.get(href) ?? href}">${this.parser.parseInline(tokens)}</a>`;
    },
    code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
    table({ header, rows }) {
      const cells = (tag: "th" | "td", row: typeof header): string =>
        row
          .map(({ tokens }) => {
            const inner = this.parser.parseInline(tokens);
            // A header without words is none.
            return tag === "th" && inner !== "" ? `<th scope="col">${inner}</th>` : `<td>${inner}</td>`;
          })
          .join("");
      const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
      const name = header[0]?.text ?? "";
      return `<div class="scroll" tabindex="0" role="group" aria-label="Table: ${escaped(name)}"><table><thead><tr>${cells("th", header)}</tr></thead><tbody>${body}</tbody></table></div>\n`;
    },
  },
});

/** A sentence or two. */
export function Words({ text }: { readonly text: string }) {
  return raw(marked.parseInline(text, { async: false }));
}

/** The chapter of this name, with what stands under it up to the next one. */
export function Chapter({ of: reference, name }: { readonly of: string; readonly name: string }) {
  const chapters = reference.split(/^(?=## )/m);
  const chapter = chapters.find((one) => one.startsWith(`## ${name}\n`));
  if (chapter === undefined) throw new Error(`the reference has no chapter ${name}`);
  return raw(marked.parse(chapter, { async: false }));
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
