// A document and its selection, for components: they show again when either changes, once per frame however often.

import { useCallback, useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";

interface Heard {
  version: number;
  listen(listener: () => void): () => void;
}

function useVersion(heard: Heard): number {
  const listen = useCallback(
    (changed: () => void) => {
      let frame = 0;
      const stop = heard.listen(() => {
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          changed();
        });
      });
      return () => {
        cancelAnimationFrame(frame);
        stop();
      };
    },
    [heard],
  );
  return useSyncExternalStore(listen, () => heard.version);
}

export function useDocumentVersion(doc: GraphDocument): number {
  return useVersion(doc);
}

export function useSelectionVersion(selection: Selection): number {
  return useVersion(selection);
}
