// Parts of a page that come when they are needed. While the server is away they wait for it, rather than taking the page down.

import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import { watchAnswers } from "../api/client";

const TRIES = 4;
const WAIT_MS = 1_500;

let isReached = true;
watchAnswers((result) => (isReached = result !== "unreachable"));

export function part<T extends ComponentType<any>>(load: () => Promise<{ default: T }>): LazyExoticComponent<T> {
  return lazy(patient(load));
}

/** Asks again as long as the server is away; where it answers and this does not come, the page is of an older release. */
export function patient<T>(load: () => Promise<T>, wait = WAIT_MS): () => Promise<T> {
  return async () => {
    for (let tries = 1; ; tries += isReached ? 1 : 0) {
      try {
        return await load();
      } catch (error) {
        if (tries >= TRIES) throw error;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  };
}
