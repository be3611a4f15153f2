// A small router on the History API: patterns, links that fetch their page's code when pointed at, and the search part.

import { createContext, use, useCallback, useEffect, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type ReactNode } from "react";

const CHANGED = "tidemill:navigate";

export interface Place {
  path: string;
  search: string;
}

let current = read();

function read(): Place {
  return { path: location.pathname, search: location.search };
}

function subscribe(changed: () => void): () => void {
  const update = () => {
    current = read();
    changed();
  };
  addEventListener("popstate", update);
  addEventListener(CHANGED, update);
  return () => {
    removeEventListener("popstate", update);
    removeEventListener(CHANGED, update);
  };
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => current);
}

/** Marks when somebody left for another page: what draws there tells how long that took. */
function markLeaving(): void {
  performance.clearMarks("tidemill:go");
  performance.mark("tidemill:go");
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else {
    markLeaving();
    history.pushState(null, "", to);
  }
  // Also for who begins to listen only after this: the first page may lead on at once.
  current = read();
  dispatchEvent(new Event(CHANGED));
}

/** One value of the search part; setting it leaves the others and makes no new history entry. */
export function useSearch(name: string): [string, (value: string | null) => void] {
  const { search } = usePlace();
  const value = useMemo(() => new URLSearchParams(search).get(name) ?? "", [search, name]);
  const set = useCallback(
    (next: string | null) => {
      const params = new URLSearchParams(location.search);
      if (next === null || next === "") params.delete(name);
      else params.set(name, next);
      const text = params.toString();
      navigate(location.pathname + (text === "" ? "" : `?${text}`), { replace: true });
    },
    [name],
  );
  return [value, set];
}

/** All values of one name of the search part, e.g. several tags. */
export function useSearchAll(name: string): [readonly string[], (values: readonly string[]) => void] {
  const { search } = usePlace();
  const key = new URLSearchParams(search).getAll(name).join("\n");
  const values = useMemo(() => (key === "" ? [] : key.split("\n")), [key]);
  const set = useCallback(
    (next: readonly string[]) => {
      const params = new URLSearchParams(location.search);
      params.delete(name);
      for (const value of next) params.append(name, value);
      const text = params.toString();
      navigate(location.pathname + (text === "" ? "" : `?${text}`), { replace: true });
    },
    [name],
  );
  return [values, set];
}

/** Named parts of a path that matches `pattern` ("/workflows/:id"), else null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split("/").filter(Boolean);
  const have = path.split("/").filter(Boolean);
  if (want.length !== have.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of want.entries()) {
    const value = have[at] ?? "";
    if (part.startsWith(":")) {
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return params;
}

const Prefetch = createContext<(path: string) => void>(() => undefined);

export function PrefetchProvider({ prefetch, children }: { prefetch: (path: string) => void; children: ReactNode }) {
  return <Prefetch value={prefetch}>{children}</Prefetch>;
}

export function Link({ to, onClick, ...rest }: { to: string } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href">) {
  const prefetch = use(Prefetch);
  const ready = () => prefetch(to.split("?")[0] ?? to);
  return (
    <a
      {...rest}
      href={to}
      onPointerEnter={ready}
      onFocus={ready}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Tidemill" : `${title} · Tidemill`;
  }, [title]);
}

/** Runs `load` when the browser has nothing better to do; returns the function that calls it off. */
export function prefetchOnce(load: () => void): () => void {
  const timer = setTimeout(load, 800);
  return () => clearTimeout(timer);
}
