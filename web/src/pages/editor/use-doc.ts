// What components read of a document: they render again when that changes, and only then.

import { useCallback, useRef, useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import type { Entity } from "../../graph/document/fields";
import type { FileNode } from "../../graph/file";

/**
 * A value of the document. It is read once for each change of the document, not with each rendering, where `read` is the
 * same function each time: what walks over all nodes is written outside of its component.
 */
export function useDocValue<T>(doc: GraphDocument, read: (doc: GraphDocument) => T): T {
  const listen = useCallback((changed: () => void) => doc.listen(changed), [doc]);
  const last = useRef<{ doc: GraphDocument; version: number; read: (doc: GraphDocument) => T; value: T } | null>(null);
  return useSyncExternalStore(listen, () => {
    const known = last.current;
    if (known && known.doc === doc && known.version === doc.version && known.read === read) return known.value;
    const value = read(doc);
    last.current = { doc, version: doc.version, read, value };
    return value;
  });
}

export function useNode(doc: GraphDocument, slot: number): FileNode | null {
  return useDocValue(doc, (now) => now.nodes.at(slot));
}

export function useFile(doc: GraphDocument): Entity {
  return useDocValue(doc, (now) => now.file);
}

export function isEmpty(doc: GraphDocument): boolean {
  return doc.nodes.count === 0;
}
