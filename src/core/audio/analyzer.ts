/** Which release of the measures looked at a file. Raise it when a measure changes: assessments name it. */
export const ANALYZER_VERSION = "2";
