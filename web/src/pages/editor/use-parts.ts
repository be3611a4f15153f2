// Which parts of the editor are open.

import { useRef, useState } from "react";
import type { Taken } from "../../panels/editor/take";
import type { Anchor } from "../../graph/comments/write";
import type { Typed } from "../../panels/input-form";
import type { Open } from "./surfaces";
import type { WorkflowTab } from "./workflow-panel";

/** Where the list at the left lies above the canvas. */
export const NARROW = "(max-width: 900px)";

export type List = "add" | "outline" | "comments" | "notes";

/** A field of a node's panel to be shown with the focus in it; a new key asks again. */
export interface Asked {
  node: string;
  path: string;
  key: number;
}

/** Conflicts that are being settled. */
export interface SettlingOf {
  /** The one that is looked at; null for the first. */
  at: string | null;
  /** The dialog has stepped aside for the graph. */
  isAside: boolean;
  /** It was to be published, which waits for these. */
  isPublishing: boolean;
}

/** What of the comments is looked at, and what a new one is about. */
export interface Commenting {
  at: string | null;
  /** Only what is about this node. */
  only: string | null;
  writing: Anchor | null;
}

export function useParts() {
  const [tab, setTab] = useState<WorkflowTab>("run");
  const [wide, setWide] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const [finding, setFinding] = useState(false);
  const [settling, setSettling] = useState<SettlingOf | null>(null);
  const [commenting, setCommenting] = useState<Commenting>({ at: null, only: null, writing: null });
  const [running, setRunning] = useState(false);
  const [left, setLeft] = useState<List | null>(() => (matchMedia(NARROW).matches ? null : "add"));
  const [asked, setAsked] = useState<Asked | null>(null);
  /** What an import could not take over as it was; null once that was read. */
  const [notes, setNotes] = useState<Pick<Taken, "notes" | "source"> | null>(null);
  /** What is at work, in words. */
  const [working, setWorking] = useState<string | null>(null);
  /** The input that the form for running has; null before that was on show. */
  const typed = useRef<Typed | null>(null);
  return { commenting, setCommenting, settling, setSettling, typed, notes, setNotes, working, setWorking, asked, setAsked, tab, setTab, wide, setWide, open, setOpen, finding, setFinding, running, setRunning, left, setLeft };
}

export type Parts = ReturnType<typeof useParts>;
