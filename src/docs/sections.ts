/** The pages of `/docs`, by the last part of their path. Pure. */
export const DOCS_SECTIONS = {
  api: { path: "/docs", title: "API" },
  operating: { path: "/docs/operating", title: "Operating" },
  problems: { path: "/docs/problems", title: "Problems" },
  notices: { path: "/docs/notices", title: "Notices" },
  findings: { path: "/docs/findings", title: "Findings" },
} as const;

export type DocsSection = keyof typeof DOCS_SECTIONS;

/** Where the build puts what stands on a page, without the frame. */
export function docsFile(section: DocsSection): string {
  return `/assets/docs/${section}.txt`;
}
