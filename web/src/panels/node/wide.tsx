// The wide view: input, parameters and output side by side, with steps to the nodes around. Not a dialog of `ui`: the commands of
// the page (run, save, undo) are heard in it.

import { ArrowLeft, ArrowRight } from "lucide-react";
import { useEffect, useId, useRef, type ComponentType, type KeyboardEvent } from "react";
import { focusKept } from "../../ui/focus";
import { useMedia } from "../../ui/hooks";
import { InputTab, OutputTab } from "./data-tabs";
import s from "./panel.module.css";
import type { Neighbour, NodePanelProps, PanelTab } from "./types";

interface WideProps extends NodePanelProps {
  Head: ComponentType<NodePanelProps & { titleId?: string }>;
  Body: ComponentType<NodePanelProps & { tab: PanelTab; onTab: (tab: PanelTab) => void; middle?: boolean }>;
  useTab: (props: NodePanelProps) => [PanelTab, (tab: PanelTab) => void];
}

export function WideView({ Head, Body, useTab, ...props }: WideProps) {
  const { onWide, neighbours, onStep, data, set, onRunTo, running } = props;
  const [tab, setTab] = useTab(props);
  const titleId = useId();
  const narrow = useMedia("(max-width: 1000px)");
  const dialog = useRef<HTMLDivElement>(null);
  useFocusInside(dialog);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.stopPropagation();
      onWide(false);
    } else if (event.key === "Tab") keepInside(event, dialog.current);
    else if (event.altKey && (event.key === "PageUp" || event.key === "PageDown")) {
      event.preventDefault();
      const to = event.key === "PageUp" ? "previous" : "next";
      if (neighbours[to].length > 0) onStep(to);
    }
  };
  return (
    <div className={s.veil} onPointerDown={(event) => event.target === event.currentTarget && onWide(false)}>
      <div ref={dialog} className={s.wide} role="dialog" aria-modal="true" aria-labelledby={titleId} tabIndex={-1} onKeyDown={onKeyDown}>
        <Head {...props} titleId={titleId} />
        {narrow ? (
          <Body {...props} tab={tab} onTab={setTab} />
        ) : (
          <div className={s.columns}>
            <section className={s.column} aria-label="Input">
              <div className={s.columnHead}>
                <h3>Input</h3>
                <Neighbours label="Step to a node before" nodes={neighbours.previous} toward="previous" onStep={onStep} />
              </div>
              <div className={s.body}>
                <InputTab data={data} onRunTo={onRunTo} running={running} />
              </div>
            </section>
            <div className={s.column}>
              <Body {...props} tab={tab} onTab={setTab} middle />
            </div>
            <section className={s.column} aria-label="Output">
              <div className={s.columnHead}>
                <h3>Output</h3>
                <Neighbours label="Step to a node after" nodes={neighbours.next} toward="next" onStep={onStep} />
              </div>
              <div className={s.body}>
                <OutputTab data={data} set={set} onRunTo={onRunTo} running={running} />
              </div>
            </section>
          </div>
        )}
      </div>
    </div>
  );
}

const SHOWN = 3;

function Neighbours({ label, nodes, toward, onStep }: { label: string; nodes: readonly Neighbour[]; toward: "previous" | "next"; onStep: (to: string) => void }) {
  if (nodes.length === 0) return null;
  const Arrow = toward === "previous" ? ArrowLeft : ArrowRight;
  return (
    <nav className={s.neighbours} aria-label={label}>
      {nodes.slice(0, SHOWN).map((node) => (
        <button key={`${node.id} ${node.port ?? ""}`} type="button" className={s.neighbour} title={`${label}: ${node.label}`} onClick={() => onStep(node.id)}>
          {toward === "previous" ? <Arrow aria-hidden="true" /> : null}
          <span className="cut" dir="auto">
            {node.port ? `${node.port}: ` : ""}
            {node.label.slice(0, 60)}
          </span>
          {toward === "next" ? <Arrow aria-hidden="true" /> : null}
        </button>
      ))}
      {nodes.length > SHOWN ? (
        <select className={s.all} aria-label={`${label}, all ${nodes.length}`} value="" onChange={(event) => onStep(event.target.value)}>
          <option value="" disabled>
            all {nodes.length}
          </option>
          {nodes.slice(0, 500).map((node, at) => (
            <option key={at} value={node.id}>
              {node.label.slice(0, 80)}
            </option>
          ))}
        </select>
      ) : null}
    </nav>
  );
}

/** The focus comes in when the view opens and goes back to where it was. */
function useFocusInside(dialog: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const giveBack = focusKept(element);
    if (!element.contains(document.activeElement)) element.focus();
    return giveBack;
  }, [dialog]);
}

const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, [contenteditable=true], [tabindex='0']";

/** Tab goes round inside of the view: what is behind it waits. */
function keepInside(event: KeyboardEvent, dialog: HTMLElement | null): void {
  const all = [...(dialog?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter((one) => one.tabIndex >= 0 && one.checkVisibility());
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last || event.defaultPrevented) return;
  const at = document.activeElement;
  if (event.shiftKey ? at === first || at === dialog : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}
