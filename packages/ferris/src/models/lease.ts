/**
 * An object that several share, as each of them holds it: the same object, whose `close` gives back this holder's share alone.
 */

/** @param release called once, however often the lease is closed */
export function lease<Shared extends { close(): Promise<void> }>(shared: Shared, release: () => void): Shared {
  let held = true;
  const close = async (): Promise<void> => {
    if (held) release();
    held = false;
  };
  return new Proxy(shared, {
    get(target, name) {
      if (name === "close" || name === Symbol.asyncDispose) return close;
      const value: unknown = Reflect.get(target, name, target);
      // Private members belong to the object itself: its methods must see it, not this.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
