/** So many times within so long, per key, as the provider counts requests. */
export type Limit = (key: string) => boolean;

/** `windowMs` is on the wall. The answer says whether this one is still allowed; refused ones do not count. */
export function createLimit(times: number, windowMs: number): Limit {
  const seen = new Map<string, readonly number[]>();
  return (key) => {
    const now = performance.now();
    const recent = (seen.get(key) ?? []).filter((at) => at > now - windowMs);
    const allowed = recent.length < times;
    seen.set(key, allowed ? [...recent, now] : recent);
    return allowed;
  };
}
