// A workflow that is looked at as long as its page is there.

import { useEffect, useState } from "react";
import { Viewing } from "./open-view";

export type Viewed = { kind: "opening" } | { kind: "open"; viewing: Viewing } | { kind: "failed"; error: unknown };

export function useView(workflow: string): Viewed & { retry: () => void } {
  const [viewed, setViewed] = useState<Viewed>({ kind: "opening" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    let open: Viewing | null = null;
    setViewed({ kind: "opening" });
    Viewing.open(workflow, gone.signal).then(
      (viewing) => {
        open = viewing;
        if (gone.signal.aborted) viewing.close();
        else setViewed({ kind: "open", viewing });
      },
      (error: unknown) => {
        if (!gone.signal.aborted) setViewed({ kind: "failed", error });
      },
    );
    const wake = () => document.visibilityState === "visible" && open?.wake();
    document.addEventListener("visibilitychange", wake, { signal: gone.signal });
    addEventListener("online", wake, { signal: gone.signal });
    return () => {
      gone.abort();
      open?.close();
    };
  }, [workflow, round]);
  return { ...viewed, retry: () => setRound((before) => before + 1) };
}
