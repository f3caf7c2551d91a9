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
    find: "this.#wakeSignal.tell();\n    if (!this.#running)",
    replace:
      "this.#wakeSignal.tell();\n    await new Promise((resolve) => setTimeout(resolve, 20));\n    if (!this.#running)",
  },
  "publish-unversioned": {
    file: "src/platform/task/effects.ts",
    find: "version: task.version,\n          settled:",
    replace: "version: deps.task().version,\n          settled:",
  },
  "record-before-put": {
    file: "src/platform/audio/verified-copy.ts",
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
  "rank-by-time": {
    file: "src/core/task/links.ts",
    find: "return b.rank - a.rank || b.at - a.at ||",
    replace: "return b.at - a.at ||",
  },
  "ask-of-dead-alone": {
    file: "src/core/next/polling.ts",
    find: 'if (state !== "queued" || failed.length === 0) return null;',
    replace: 'if (state !== "queued" || !tries.every(({ progress }) => progress.dead)) return null;',
  },
  "swap-unverified": {
    file: "src/platform/audio/verified-copy.ts",
    find: "const problem = broken ?? refused;",
    replace: "const problem = broken;",
  },
  "any-bytes-do": {
    file: "src/core/task/files.ts",
    find: 'return entryOf(productOf(task))?.files?.media ?? "any";',
    replace: 'return "any";',
  },
  "what-plays-will-do": {
    file: "src/core/audio/verification.ts",
    find: "return problem ?? unfit;",
    replace: "return problem;",
  },
  "delete-unpublished": {
    file: "src/core/next/agenda.ts",
    find: 'if (told && (!isPublished(task) || typeof task.published?.againAt === "number")) return [];',
    replace: "",
  },
  "last-resort-stays": {
    file: "src/core/task/copies.ts",
    find: 'if (stored.lastResort !== undefined) return "last_resort";',
    replace: "if (stored.lastResort !== undefined) return null;",
  },
  "preview-stays": {
    file: "src/core/task/copies.ts",
    find: 'if (isOutranked(task, track, stored, tries)) return "outranked";',
    replace: "",
  },
  "settled-unwatched": {
    file: "src/platform/catalog/catalog.ts",
    find: "const overdue = overdueTasks(this.#sql, before, limit);",
    replace: "const overdue = overdueTasks(this.#sql, 0, limit);",
  },
};
