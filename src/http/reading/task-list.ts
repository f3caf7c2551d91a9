/** A page of the list of tasks, and the cursor to the next one. */
import * as z from "zod";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { PRODUCTS } from "../../core/provider/products/products.ts";
import { parentTask } from "../../core/provider/submission.ts";
import { STAGES } from "../../core/task/stage.ts";
import { isoTime, taskView } from "../../core/view/view.ts";
import { TROUBLES } from "../../core/view/trouble.ts";
import type { CatalogPage } from "../../platform/catalog/task-queries.ts";
import type { CatalogPlace } from "../../platform/catalog/task-table.ts";

const time = z.iso.datetime();

export const taskListItem = z.object({
  taskId: taskView.shape.taskId,
  product: z.enum(PRODUCTS),
  ref: z.string().nullable(),
  parent: parentTask.nullable(),
  title: z.string().nullable(),
  stage: z.enum(STAGES),
  settled: z.boolean(),
  stalled: z.boolean(),
  chosen: z.string().nullable(),
  failureReason: z.string().nullable(),
  problem: z.enum(TROUBLES).nullable(),
  reason: z.string().nullable(),
  keptTracks: z.int().min(0),
  tracks: z.int().min(0),
  version: z.int().min(0),
  createdAt: time,
  settledAt: time.nullable(),
});

export const taskList = z.object({ items: z.array(taskListItem), nextCursor: z.string().nullable() });

export function pageOf({ items, next }: CatalogPage): z.infer<typeof taskList> {
  return { items: items.map(itemOf), nextCursor: next === null ? null : placeCursor(next) };
}

/** For use in a zod schema. */
export const place = z
  .string()
  .regex(/^\d{1,15}\.[^\n]+$/, "must be `nextCursor` of the page before")
  .transform((cursor): CatalogPlace => {
    const dot = cursor.indexOf(".");
    return { createdAt: Number(cursor.slice(0, dot)), taskId: cursor.slice(dot + 1) };
  });

export function placeCursor({ createdAt, taskId }: CatalogPlace): string {
  return `${createdAt}.${taskId}`;
}

/** What the schema names of a row. */
function itemOf(row: CatalogRow): z.infer<typeof taskListItem> {
  const settledAt = row.settledAt === null ? null : isoTime(row.settledAt);
  return taskListItem.parse({ ...row, createdAt: isoTime(row.createdAt), settledAt });
}
