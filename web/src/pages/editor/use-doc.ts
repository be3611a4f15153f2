// What components read of a document: they render again when that changes, and only then.

import { useCallback, useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import type { Entity } from "../../graph/document/fields";
import type { Selection } from "../../graph/document/selection";
import type { FileNode } from "../../graph/file";

/** A value of the document, the same again as long as it is `Object.is` equal. */
export function useDocValue<T>(doc: GraphDocument, read: (doc: GraphDocument) => T): T {
  const listen = useCallback((changed: () => void) => doc.listen(changed), [doc]);
  return useSyncExternalStore(listen, () => read(doc));
}

export function useNode(doc: GraphDocument, slot: number): FileNode | null {
  return useDocValue(doc, (now) => now.nodes.at(slot));
}

export function useFile(doc: GraphDocument): Entity {
  return useDocValue(doc, (now) => now.file);
}

/** The number of the selection's last change: whoever uses it renders again with each. */
export function useSelected(selection: Selection): number {
  const listen = useCallback((changed: () => void) => selection.listen(changed), [selection]);
  return useSyncExternalStore(listen, () => selection.version);
}
