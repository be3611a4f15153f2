// Icons of node types that come after the first picture: those that are rarer, or that a guess stands in for meanwhile.

import {
  RefreshCw, RotateCcw, Workflow, Hourglass, Bell, Pencil, CaseSensitive, ListRestart, Sigma, ArrowDownAZ, UnfoldVertical, GitMerge,
  Pipette, Shapes, Search, Columns2, Scissors, ArrowUpDown, Dices, ListEnd, Boxes, ChartNoAxesColumn, Fingerprint, FoldVertical, Rows3,
  Table2, Tally5, Archive, SquareCode, NotebookText,
} from "lucide-react";
import { addIcons } from "./node-icon";

addIcons({
  "refresh-cw": RefreshCw, "rotate-ccw": RotateCcw, workflow: Workflow, hourglass: Hourglass, bell: Bell, pencil: Pencil,
  "case-sensitive": CaseSensitive, "list-restart": ListRestart, sigma: Sigma, "arrow-down-a-z": ArrowDownAZ,
  "unfold-vertical": UnfoldVertical, "git-merge": GitMerge, pipette: Pipette, shapes: Shapes, search: Search, "columns-2": Columns2,
  scissors: Scissors, "arrow-up-down": ArrowUpDown, dices: Dices, "list-end": ListEnd, boxes: Boxes,
  "chart-no-axes-column": ChartNoAxesColumn, fingerprint: Fingerprint, "fold-vertical": FoldVertical, "rows-3": Rows3, "table-2": Table2,
  "tally-5": Tally5, archive: Archive, "square-code": SquareCode, "notebook-text": NotebookText,
});
