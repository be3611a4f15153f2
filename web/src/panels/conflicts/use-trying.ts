// Which choice is only looked at: the one that is pointed at, else the one that has the keyboard.

import { useState } from "react";
import type { Choice } from "../../state/document/settle";

export interface Tried {
  name: string;
  choice: Choice;
}

/** What a part that stands for a choice does when it is pointed at, or the keyboard comes into it. */
export type Trying = (tried: Tried) => { onPointerEnter: () => void; onPointerLeave: () => void; onFocus: () => void; onBlur: () => void };

export function useTrying(): { tried: Tried | null; trying: Trying } {
  const [pointed, setPointed] = useState<Tried | null>(null);
  const [focused, setFocused] = useState<Tried | null>(null);
  return {
    tried: pointed ?? focused,
    trying: (tried) => ({ onPointerEnter: () => setPointed(tried), onPointerLeave: () => setPointed(null), onFocus: () => setFocused(tried), onBlur: () => setFocused(null) }),
  };
}
