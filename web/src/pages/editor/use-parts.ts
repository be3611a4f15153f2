// Which parts of the editor are open.

import { useState } from "react";
import type { Open } from "./surfaces";
import type { WorkflowTab } from "./workflow-panel";

export type List = "add" | "outline";

export function useParts() {
  const [tab, setTab] = useState<WorkflowTab>("run");
  const [wide, setWide] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const [finding, setFinding] = useState(false);
  const [running, setRunning] = useState(false);
  const [left, setLeft] = useState<List | null>(() => (matchMedia("(max-width: 900px)").matches ? null : "add"));
  return { tab, setTab, wide, setWide, open, setOpen, finding, setFinding, running, setRunning, left, setLeft };
}

export type Parts = ReturnType<typeof useParts>;
