/** The answer to every delivery that is durable, whatever was in it. */
import * as z from "zod";

export const received = z.object({ status: z.literal("received") });

export const RECEIVED: z.infer<typeof received> = { status: "received" };
