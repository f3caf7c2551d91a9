/** The models of the provider's Add Instrumental API, the newest first. Others pass through. Source: its documents of 2026-10. */
export const MODELS: readonly { readonly name: string; readonly note: string }[] = [
  { name: "V6", note: "the provider's default" },
  { name: "V6_WILD", note: "freer" },
  { name: "V6_MINI", note: "faster" },
  { name: "V5_5", note: "older" },
  { name: "V5", note: "older" },
  { name: "V4_5PLUS", note: "older" },
  { name: "V4_5ALL", note: "older, sources up to a minute" },
  { name: "V4_5", note: "older" },
  { name: "V4", note: "older" },
];
