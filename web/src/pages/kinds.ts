// The node types, by every name a file may call them.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { queries } from "../api/queries";
import type { NodeType } from "../api/types";

const NONE: ReadonlyMap<string, NodeType> = new Map();

export function useKinds(): ReadonlyMap<string, NodeType> {
  const { data } = useQuery(queries.nodeTypes());
  useEffect(() => {
    // Rarer icons come when types are known that name them.
    if (data) import("../ui/more-icons").catch(() => undefined);
  }, [data]);
  return useMemo(() => {
    if (!data) return NONE;
    const kinds = new Map<string, NodeType>();
    for (const type of data) for (const name of type.aliases ?? []) kinds.set(name, type);
    for (const type of data) kinds.set(type.id, type);
    return kinds;
  }, [data]);
}
