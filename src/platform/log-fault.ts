/** One JSON line for a fault of ours. Of an error its name alone: its message may hold a link. */
export function logFault(message: string, error: unknown, more: Readonly<Record<string, number>> = {}): void {
  console.error(JSON.stringify({ message, ...more, error: errorName(error) }));
}

export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
