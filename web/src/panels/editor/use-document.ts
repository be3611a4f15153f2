// A document and its selection, for components: they show again when either changes, once per frame however often.

import { useCallback, useRef, useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";

interface Heard {
  version: number;
  listen(listener: () => void): () => void;
}

function useFrames(heard: Heard) {
  return useCallback(
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
}

function useVersion(heard: Heard): number {
  return useSyncExternalStore(useFrames(heard), () => heard.version);
}

export function useDocumentVersion(doc: GraphDocument): number {
  return useVersion(doc);
}

/** What is read of a document, as text: whoever asks shows again only where that is another. */
export function useDocumentText(doc: GraphDocument, read: () => string): string {
  const last = useRef<{ version: number; read: () => string; text: string } | null>(null);
  return useSyncExternalStore(useFrames(doc), () => {
    const known = last.current;
    if (known && known.version === doc.version && known.read === read) return known.text;
    const text = read();
    last.current = { version: doc.version, read, text };
    return text;
  });
}

export function useSelectionVersion(selection: Selection): number {
  return useVersion(selection);
}
