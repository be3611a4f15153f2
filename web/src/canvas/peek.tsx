// What a node put out last, beside it while it is pointed at.

import { useEffect, useState } from "react";
import type { Stage } from "./stage";
import s from "./canvas.module.css";

const AFTER_MS = 350;
const MOST = 400;

export function Peek({ stage, node }: { stage: Stage; node: number }) {
  const [shown, setShown] = useState(-1);
  useEffect(() => {
    setShown(-1);
    if (node < 0) return;
    const timer = setTimeout(() => setShown(node), AFTER_MS);
    return () => clearTimeout(timer);
  }, [node]);
  const text = shown >= 0 && shown === node ? stage.scene.shown?.peek?.(shown) : null;
  if (!text) return null;
  const { x, y, h } = stage.scene.places.box(shown);
  const at = stage.camera.toScreen({ x, y: y + h });
  return (
    <div className={s.peek} role="tooltip" style={{ transform: `translate(${Math.max(8, at.x)}px, ${at.y + 8}px)` }}>
      {text.slice(0, MOST)}
    </div>
  );
}
