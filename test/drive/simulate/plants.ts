/**
 * Bugs that are planted on purpose, each in one place of the real source as it is loaded. The simulation must find
 * each of them. `find` stands in `file` exactly once.
 */
export interface Plant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const PLANTS: Readonly<Record<string, Plant>> = {
  "arm-after-await": {
    file: "src/platform/task/task-object.ts",
    find: "this.#news.tell();\n    if (!this.#running)",
    replace:
      "this.#news.tell();\n    await new Promise((resolve) => setTimeout(resolve, 20));\n    if (!this.#running)",
  },
  "publish-unversioned": {
    file: "src/platform/task/effects.ts",
    find: "version: task.version,\n          settled:",
    replace: "version: deps.task().version,\n          settled:",
  },
  "record-before-put": {
    file: "src/platform/audio/copy.ts",
    find: "await stored(writer.close());",
    replace: "void stored(writer.close()).catch(() => undefined);",
  },
  "no-lease": {
    file: "src/platform/task/engine.ts",
    find: "  await deps.lease(LEASE_MS);\n  const startedAt",
    replace: "  const startedAt",
  },
  "resurrect-deleted": {
    file: "src/platform/task/state.ts",
    find: "if (tombstone !== null) return;\n    const recorded",
    replace: "if (tombstone !== null) this.log.load();\n    const recorded",
  },
};
