// A node near enough to read: 208 × 60, tile, name, one useful line, one badge, its ports.

import { TriangleAlert } from "lucide-react";
import { memo, useCallback, useLayoutEffect, useSyncExternalStore } from "react";
import { FRAME } from "../graph/document/places";
import { plural } from "../ui/format";
import { NodeTile } from "../ui/node-icon";
import { cardOf } from "./card";
import { MOUNTED } from "./scene";
import type { Stage } from "./stage";
import { LOOK_WORD } from "./words";
import s from "./node-card.module.css";

/** Renders anew when what it shows of the scene has changed. */
export function useSlot(stage: Stage, slot: number): void {
  const { mounts, scene } = stage;
  const listen = useCallback((listener: () => void) => mounts.listenTo(slot, listener), [mounts, slot]);
  const version = () => mounts.versionOf(slot);
  useSyncExternalStore(listen, version, version);
  useLayoutEffect(() => {
    scene.setFlag(slot, MOUNTED, true);
    stage.request();
    return () => {
      scene.setFlag(slot, MOUNTED, false);
      stage.request();
    };
  }, [scene, slot, stage]);
}

export function cardStyle({ scene }: Stage, slot: number): { transform: string; width: string; height: string } {
  const { x, y, w, h } = scene.places.box(slot);
  return { transform: `translate(${x}px, ${y}px)`, width: `${w}px`, height: `${h}px` };
}

export const NodeCard = memo(function NodeCard({ stage, slot, id }: { stage: Stage; slot: number; id: string }) {
  useSlot(stage, slot);
  const { scene } = stage;
  if (!scene.places.isSeen(slot)) return null;
  const card = cardOf(scene, slot);
  const problem = scene.problemOf(slot);
  const isSelected = scene.selection.hasNode(slot);
  const isFrame = scene.places.kind[slot] === FRAME;
  const word = LOOK_WORD[card.look];
  const badge = card.badge ?? (isFrame ? `${plural(scene.places.nest.withInside([slot]).length - 1, "node")} inside` : null);
  const classes = [s.card, s[card.look], isSelected ? s.selected : "", problem === "error" ? s.wrong : "", isFrame ? s.folded : ""].filter(Boolean).join(" ");
  return (
    <div id={id} className={classes} style={cardStyle(stage, slot)} role="button" aria-pressed={isSelected} data-slot={slot} data-node={scene.doc.nodes.key(slot)}>
      <NodeTile type={card.type} icon={card.icon} category={card.category} size="l" />
      <span className={s.words}>
        <span className={s.title} dir="auto">
          {card.title}
        </span>
        <span className={s.line} dir="auto" title={card.look === "failed" ? card.line : undefined}>
          {card.line}
        </span>
      </span>
      {problem ? <TriangleAlert className={`${s.problem} ${s[problem]}`} aria-hidden="true" /> : null}
      {badge ? <span className={s.badge}>{badge}</span> : null}
      <span className="hidden">
        {badge === word || card.line === word ? "" : word}
        {problem ? `, has ${problem === "error" ? "an error" : "a warning"}` : ""}
      </span>
      <Ports stage={stage} slot={slot} />
    </div>
  );
});

/** Ports that no edge tells by name. Edges come and go without a change of their nodes. */
function useOpenPorts({ scene }: Stage, slot: number): readonly string[] {
  const listen = useCallback((changed: () => void) => scene.doc.listen((edit) => edit.edges.length > 0 && changed()), [scene]);
  const key = useSyncExternalStore(listen, () => {
    const { inputs, outputs } = scene.openPorts(slot);
    return [...inputs.map((name) => `<${name}`), ...outputs.map((name) => `>${name}`)].join("\n");
  });
  return key.split("\n");
}

function Ports({ stage, slot }: { stage: Stage; slot: number }) {
  const { scene } = stage;
  const { inputs, outputs } = scene.portsOf(slot);
  const open = useOpenPorts(stage, slot);
  const top = scene.places.y[slot] ?? 0;
  const side = (names: string[], isOutput: boolean) =>
    names.map((name) => (
      <i key={name} className={`${s.port} ${isOutput ? s.out : s.in}`} style={{ top: `${scene.portPlace(slot, names.length > 1 ? name : null, isOutput).y - top}px` }} data-port={name}>
        {names.length > 1 ? <span className={`${s.label} ${open.includes(isOutput ? `>${name}` : `<${name}`) ? s.open : ""}`}>{name}</span> : null}
      </i>
    ));
  return (
    <>
      {side(inputs, false)}
      {side(outputs, true)}
    </>
  );
}
