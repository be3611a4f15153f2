// Components whose code comes on demand, and can be asked for before they are shown.

import { lazy, useState, type ComponentType } from "react";

export type Later<P> = ComponentType<P> & {
  /** Fetches the code; a second call costs nothing. */
  load(): Promise<unknown>;
};

/**
 * Like React's `lazy`, but what is there already is shown at once: React holds back whatever once had to be waited for, by
 * up to 300 ms.
 */
export function later<P extends object>(fetch: () => Promise<ComponentType<P>>): Later<P> {
  let known: ComponentType<P> | null = null;
  const load = async () => (known = await fetch());
  const Lazy = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  function Shown(props: P) {
    const [Which] = useState<ComponentType<P>>(() => known ?? Lazy);
    return <Which {...props} />;
  }
  return Object.assign(Shown, { load });
}
