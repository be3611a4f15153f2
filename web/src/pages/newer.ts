// A new version of the page: it is fetched, waits, and is told of quietly. Who wants it presses a button; nothing that is not
// saved is ever loaded away.

import type { Asked } from "../api/kept";
import { closeToast, toast, useView } from "../state/view";
import { openDraft } from "./open-draft";

/** A page that stays open for days asks now and then. */
const ASK_MS = 30 * 60_000;
/** So long the new version may take to take over. */
const PATIENCE_MS = 10_000;

export class Versions {
  readonly #notice: Notice;

  constructor(private readonly workers: ServiceWorkerContainer) {
    this.#notice = new Notice(workers);
    let hasBefore = workers.controller !== null;
    // Another tab let the new version in: this one goes on with its own code, which the device still has.
    workers.addEventListener("controllerchange", () => {
      if (hasBefore) this.#notice.show(null);
      hasBefore = true;
    });
  }

  /** Looks for new versions from now on. */
  watch(registration: ServiceWorkerRegistration): void {
    const look = () => {
      if (registration.waiting && this.workers.controller) this.#notice.show(registration.waiting);
    };
    const ask = () => void registration.update().catch(() => undefined);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => installing.state === "installed" && look());
    });
    let asked = Date.now();
    const now = () => {
      look();
      if (Date.now() - asked < ASK_MS) return;
      asked = Date.now();
      ask();
    };
    setInterval(now, ASK_MS);
    document.addEventListener("visibilitychange", now);
    // A server that was away may be a newer one.
    useView.subscribe((state, before) => state.reached === true && before.reached === false && ask());
    look();
  }
}

class Notice {
  #toast: number | null = null;
  #isTaken = false;
  #waiting: ServiceWorker | null = null;

  constructor(private readonly workers: ServiceWorkerContainer) {}

  /** `waiting`: what is to take over; null where it has already. */
  show(waiting: ServiceWorker | null): void {
    this.#waiting = waiting;
    if (this.#isTaken) return;
    if (this.#toast !== null) closeToast(this.#toast);
    this.#toast = toast("plain", "A new version is ready.", { label: "Reload", run: () => void this.#take() }, true);
  }

  async #take(): Promise<void> {
    this.#toast = null;
    // What is left is sent first.
    if ((await openDraft()?.settle()) === false) {
      toast("bad", "Not reloaded: some changes are not on the server yet. Try again once they are saved.", { label: "Reload", run: () => void this.#take() });
      return;
    }
    this.#isTaken = true;
    if (this.#waiting) await this.#exchange(this.#waiting);
    location.reload();
  }

  #exchange(waiting: ServiceWorker): Promise<void> {
    return new Promise((done) => {
      this.workers.addEventListener("controllerchange", () => done(), { once: true });
      setTimeout(done, PATIENCE_MS);
      waiting.postMessage({ kind: "take_over" } satisfies Asked);
    });
  }
}
