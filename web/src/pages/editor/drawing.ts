// What draws a graph, handed on to parts that come later: a second place that imports it would pull its file apart, and the first
// picture would load more.

import type { Canvas } from "../../canvas/canvas";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";

export interface Drawing {
  Canvas: typeof Canvas;
  GraphDocument: typeof GraphDocument;
  Selection: typeof Selection;
}
