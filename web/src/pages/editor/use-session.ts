// A workflow opened for editing as long as its page is there: read, kept saved, and let go of without losing anything.

import { useEffect, useState } from "react";
import { closeDocument, openDocument, useDocument, type Session } from "../../state/document";

export type Opened = { kind: "opening" } | { kind: "open"; session: Session } | { kind: "failed"; error: unknown };

export function useSession(workflow: string): Opened & { retry: () => void } {
  const [opened, setOpened] = useState<Opened>({ kind: "opening" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    let session: Session | null = null;
    setOpened({ kind: "opening" });
    openDocument(workflow, gone.signal).then(
      (open) => {
        session = open;
        if (gone.signal.aborted) closeDocument(open);
        else setOpened({ kind: "open", session: open });
      },
      (error: unknown) => {
        if (!gone.signal.aborted) setOpened({ kind: "failed", error });
      },
    );
    return () => {
      gone.abort();
      if (session) closeDocument(session);
    };
  }, [workflow, round]);
  const session = opened.kind === "open" ? opened.session : null;
  useLeaving(session);
  return { ...opened, retry: () => setRound((before) => before + 1) };
}

/** What is left is sent when the page is hidden or goes away; a browser asks first only where nothing keeps the last change. */
function useLeaving(session: Session | null): void {
  useEffect(() => {
    if (!session) return;
    const { saver } = session;
    const onHide = () => {
      if (document.visibilityState === "hidden") saver.leave();
      else saver.wake();
    };
    const onLeave = () => saver.leave();
    const onOnline = () => saver.retry();
    const onBefore = (event: BeforeUnloadEvent) => {
      if (useDocument.getState().save.kind === "unsafe") event.preventDefault();
    };
    document.addEventListener("visibilitychange", onHide);
    addEventListener("pagehide", onLeave);
    addEventListener("online", onOnline);
    addEventListener("beforeunload", onBefore);
    return () => {
      document.removeEventListener("visibilitychange", onHide);
      removeEventListener("pagehide", onLeave);
      removeEventListener("online", onOnline);
      removeEventListener("beforeunload", onBefore);
    };
  }, [session]);
}
