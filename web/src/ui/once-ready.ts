// What is asked for while the answer to it is still on its way.

import { useEffect, useRef } from "react";

/** Answers what asks for `run`, which is called once it is ready; another wish takes the place of the last, null calls it off. */
export function useOnceReady<T>(isReady: boolean, run: (wish: T) => void): (wish: T | null) => void {
  const wanted = useRef<T | null>(null);
  useEffect(() => {
    if (!isReady || wanted.current === null) return;
    const wish = wanted.current;
    wanted.current = null;
    run(wish);
  });
  return (wish) => {
    wanted.current = wish;
  };
}
