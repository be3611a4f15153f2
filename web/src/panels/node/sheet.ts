// The panel as a sheet on a phone: dragged up it is tall, dragged down it closes.

import { useRef, useState, type CSSProperties, type PointerEvent } from "react";

const FAR = 80;

export function useSheet(onClose: () => void) {
  const [tall, setTall] = useState(false);
  const [by, setBy] = useState(0);
  const from = useRef<number | null>(null);
  const end = () => {
    if (from.current === null) return;
    from.current = null;
    if (by > FAR) {
      if (tall) setTall(false);
      else onClose();
    } else if (by < -FAR / 2) setTall(true);
    setBy(0);
  };
  const handle = {
    onPointerDown: (event: PointerEvent) => {
      from.current = event.clientY;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      if (from.current !== null) setBy(event.clientY - from.current);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
  const style: CSSProperties = by > 0 ? { translate: `0 ${by}px` } : {};
  return { tall, handle, style };
}
