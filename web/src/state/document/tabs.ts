// Tabs of this browser: each holds a lock of its own name as long as it is there, so that others can tell which are gone.

const PREFIX = "tidemill-tab-";

export interface Tab {
  name: string;
  /** Whether a lock is held, by which others can tell that it is gone. */
  isHeld: boolean;
  /** The tabs that are there; null where nobody can tell. */
  there(): Promise<ReadonlySet<string> | null>;
}

/** This tab; its name is the same for as long as its page is there. */
export async function thisTab(): Promise<Tab> {
  const name = PREFIX + Math.random().toString(36).slice(2, 14);
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  const isHeld = locks !== undefined && (await held(locks, name));
  return {
    name,
    isHeld,
    there: async () => {
      if (!isHeld) return null;
      const { held: all = [] } = await locks.query();
      return new Set(all.flatMap((lock) => (lock.name?.startsWith(PREFIX) ? [lock.name] : [])));
    },
  };
}

function held(locks: LockManager, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    locks
      .request(name, () => {
        resolve(true);
        return new Promise<never>(() => undefined);
      })
      .catch(() => resolve(false));
  });
}
