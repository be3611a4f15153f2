// Which parts of the editor are open.

import { useState } from "react";
import type { Open } from "./surfaces";
import type { WorkflowTab } from "./workflow-panel";

export type List = "add" | "outline";

/** A field of a node's panel to be shown with the focus in it; a new key asks again. */
export interface Asked {
  node: string;
  path: string;
  key: number;
}

export function useParts() {
  const [tab, setTab] = useState<WorkflowTab>("run");
  const [wide, setWide] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const [finding, setFinding] = useState(false);
  const [running, setRunning] = useState(false);
  const [left, setLeft] = useState<List | null>(() => (matchMedia("(max-width: 900px)").matches ? null : "add"));
  const [asked, setAsked] = useState<Asked | null>(null);
  return { asked, setAsked, tab, setTab, wide, setWide, open, setOpen, finding, setFinding, running, setRunning, left, setLeft };
}

export type Parts = ReturnType<typeof useParts>;
