// Parts of a page whose code comes when it is needed, and can be asked for before. While the server is away they wait for it,
// rather than taking the page down.

import { createElement, lazy, useState, type ComponentType } from "react";

const TRIES = 4;
const WAIT_MS = 1_500;

let isReached = () => true;

/** Says where to learn whether the server answers: what knows it stands above this room. */
export function askReached(ask: () => boolean): void {
  isReached = ask;
}

export type Part<P> = ComponentType<P> & {
  /** Fetches the code; a second call costs nothing. */
  load(): Promise<unknown>;
};

/**
 * Like React's `lazy`, but what is there already is shown at once: React holds back whatever once had to be waited for, by
 * up to 300 ms.
 */
export function part<P extends object>(fetch: () => Promise<ComponentType<P>>): Part<P> {
  let known: ComponentType<P> | null = null;
  const load = patient(async () => (known = await fetch()));
  const Lazy = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  function Shown(props: P) {
    const [Which] = useState<ComponentType<P>>(() => known ?? Lazy);
    return createElement(Which, props);
  }
  return Object.assign(Shown, { load });
}

/** Asks again as long as the server is away; where it answers and this does not come, the page is of an older release. */
export function patient<T>(load: () => Promise<T>, wait = WAIT_MS): () => Promise<T> {
  return async () => {
    for (let tries = 1; ; tries += isReached() ? 1 : 0) {
      try {
        return await load();
      } catch (error) {
        if (tries >= TRIES) throw error;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  };
}
