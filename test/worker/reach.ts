/** Objects of which some are out of reach: each call for them throws, as it does while the platform restarts. */

export function reaching<T extends object>(
  namespace: DurableObjectNamespace<T & Rpc.DurableObjectBranded>,
  isReachable: (name: string) => boolean,
): DurableObjectNamespace<T & Rpc.DurableObjectBranded> {
  return new Proxy(namespace, {
    get: (target, property): unknown => {
      if (property !== "getByName") return Reflect.get(target, property);
      return (name: string) => {
        if (!isReachable(name)) throw new Error("out of reach");
        return target.get(target.idFromName(name));
      };
    },
  });
}
