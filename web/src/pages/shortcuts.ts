// Which keys do what on these pages, for the list of them in the settings.

export type Shortcuts = readonly (readonly [place: string, keys: readonly (readonly [what: string, ...combinations: string[]])[]])[];

export const SHORTCUTS: Shortcuts = [
  [
    "Everywhere",
    [
      ["Search on this page", "/"],
      ["Clear the search", "Esc"],
      ["Walk a menu, and close it", "↑ ↓", "Esc"],
    ],
  ],
  [
    "List of workflows",
    [
      ["From the search into the list", "↓", "Enter"],
      ["Move", "↑ ↓", "Page ↑ ↓", "Home", "End"],
      ["Open", "Enter"],
      ["Run", "Ctrl Enter"],
      ["Choose", "Space"],
      ["Choose up to here", "Shift ↑ ↓", "Shift Space"],
      ["Choose all that are listed", "Ctrl A"],
      ["Choose none", "Esc"],
      ["Delete", "Del"],
    ],
  ],
  [
    "List of executions",
    [
      ["Move", "↑ ↓", "Page ↑ ↓", "Home", "End"],
      ["Open", "Enter"],
      ["Choose", "Space"],
      ["Choose up to here", "Shift ↑ ↓"],
      ["Choose all that are listed", "Ctrl A"],
      ["Choose none", "Esc"],
    ],
  ],
  [
    "An execution",
    [
      ["Walk the timeline, open and close loops", "← ↑ → ↓"],
      ["Closer, farther, all of it, in the timeline", "+", "−", "0"],
      ["One event on or back, on the slider", "← →"],
      ["To the begin or the end of the run, on the slider", "Home", "End"],
    ],
  ],
  [
    "Picture of a graph",
    [
      ["Walk from node to node, or move the picture", "← ↑ → ↓"],
      ["Closer, farther", "+", "−"],
      ["Show all of it", "F"],
      ["Run", "Ctrl Enter"],
    ],
  ],
  [
    "Values as trees",
    [
      ["Walk, open and close", "← ↑ → ↓"],
      ["Copy the path", "P"],
      ["Copy the value", "C"],
    ],
  ],
];
