// When each step ran, waited and was tried again: rows in the page, bars on one canvas behind them. Loops and containers
// are closed rows with counts until they are opened. It zooms; what the pointer is over is told; a press chooses the step.

import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { Maximize, Minus, Plus } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ComponentProps, type KeyboardEvent } from "react";
import { isOpenFirst, rowsOfTimeline, timelineOf, type Window } from "../../graph/timeline";
import type { StepRun } from "../../state/execution";
import { useTheme } from "../../ui/hooks";
import { rowAfter } from "../../ui/walk";
import { useZoom, type Zoom } from "./gestures";
import { paint, readInk, type Item } from "./paint";
import { Row } from "./row";
import { Tip, type Tipped } from "./tip";
import s from "./timeline.module.css";

export interface TimelineProps {
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  /** The container that a node stands in. */
  parentOf: (node: string) => string | null;
  /** When the run begins and ends, or what the clock says while it goes on; in milliseconds since 1970. */
  span: Window | null;
  /** The moment that is looked at; null is the end. */
  cursor: number | null;
  selected: string | null;
  onSelect: (address: string) => void;
}

const ROW = 28;
const AXIS = 24;
const ZOOM = 1.6;

export function Timeline({ steps, titles, parentOf, span, cursor, selected, onSelect }: TimelineProps) {
  const list = useRef<HTMLDivElement>(null);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const [tip, setTip] = useState<Tipped | null>(null);
  const tree = useMemo(() => timelineOf(steps, parentOf), [steps, parentOf]);
  const rows = useMemo(() => rowsOfTimeline(tree, toggled), [tree, toggled]);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 12, scrollMargin: AXIS });
  const { canvas, zoom, timeAt } = useCanvas({ list, rows, span, cursor });

  const { toggle, choose } = useChoice({ setToggled, setActive, onSelect });
  useReveal({ tree, selected, setToggled, setActive });
  const at = rows.findIndex((row) => row.key === active);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    // The list scrolls when another row is chosen, not when rows move.
  }, [active]);

  const openFirst = isOpenFirst(tree);
  const isOpen = (item: Item) => openFirst !== toggled.has(item.key);

  return (
    <div className={s.wrap}>
      <div
        ref={list}
        className={s.list}
        role="treegrid"
        aria-label="Timeline. Arrow keys choose a row, right and left open and close it, plus and minus zoom."
        aria-rowcount={rows.length}
        tabIndex={0}
        onKeyDown={(event) => press(event, { rows, at, zoom, isOpen, setActive, onSelect, toggle, choose })}
        onPointerLeave={() => setTip(null)}
      >
        <div className={s.lane} aria-hidden="true">
          <canvas ref={canvas} className={s.canvas} />
        </div>
        <div className={s.head} aria-hidden="true">
          Step
        </div>
        <Rows
          rows={rows}
          virtual={virtual}
          titles={titles}
          isOpen={isOpen}
          selected={selected}
          active={active}
          origin={span?.from ?? null}
          onToggle={toggle}
          onChoose={(picked) => (zoom.dragged.current ? undefined : choose(picked))}
          onHover={(picked, event) => setTip({ row: picked, x: event.clientX, y: event.clientY, time: timeAt(event.clientX) })}
        />
      </div>
      <Tools zoom={zoom} />
      {tip ? <Tip tip={tip} titles={titles} span={span} now={cursor ?? span?.to ?? 0} /> : null}
    </div>
  );
}

interface ChoiceOptions {
  setToggled: React.Dispatch<React.SetStateAction<ReadonlySet<string>>>;
  setActive: (key: string) => void;
  onSelect: (address: string) => void;
}

function useChoice({ setToggled, setActive, onSelect }: ChoiceOptions) {
  const toggle = useCallback((key: string) => {
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  const choose = useCallback(
    (item: Item) => {
      setActive(item.key);
      if (item.step) onSelect(item.step.address);
      else toggle(item.key);
    },
    [onSelect, toggle],
  );
  return { toggle, choose };
}

interface Keys {
  rows: readonly Item[];
  /** The row that keys start from; -1 is none. */
  at: number;
  zoom: Zoom;
  isOpen: (item: Item) => boolean;
  setActive: (key: string) => void;
  onSelect: (address: string) => void;
  toggle: (key: string) => void;
  choose: (item: Item) => void;
}

function press(event: KeyboardEvent, { rows, at, zoom, isOpen, setActive, onSelect, toggle, choose }: Keys): void {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const row = rows[at];
  const to = rowAfter(event.key, at, rows.length);
  if (to !== null) {
    const next = rows[to];
    if (next) setActive(next.key);
    if (next?.step) onSelect(next.step.address);
  } else if (event.key === "+" || event.key === "=") zoom.zoomBy(ZOOM);
  else if (event.key === "-") zoom.zoomBy(1 / ZOOM);
  else if (event.key === "0") zoom.fit();
  else if (row && (event.key === "Enter" || event.key === " ")) row.children.length > 0 ? toggle(row.key) : choose(row);
  else if (row && event.key === "ArrowRight" && row.children.length > 0 && !isOpen(row)) toggle(row.key);
  else if (row && event.key === "ArrowLeft") {
    if (row.children.length > 0 && isOpen(row)) toggle(row.key);
    else if (row.parent) choose(row.parent);
  } else return;
  event.preventDefault();
}

interface RowsProps extends Pick<ComponentProps<typeof Row>, "origin" | "onToggle" | "onChoose" | "onHover"> {
  rows: readonly Item[];
  virtual: Virtualizer<HTMLDivElement, Element>;
  titles: ReadonlyMap<string, string>;
  isOpen: (item: Item) => boolean;
  selected: string | null;
  active: string | null;
}

function Rows({ rows, virtual, titles, isOpen, selected, active, origin, onToggle, onChoose, onHover }: RowsProps) {
  return (
    <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="rowgroup">
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (!row) return null;
        const chosen = row.step !== null && row.step.address === selected;
        return (
          <Row
            key={row.key}
            row={row}
            at={item.index}
            top={item.start - AXIS}
            title={row.node === null ? "" : (titles.get(row.node) ?? row.node)}
            open={row.children.length > 0 ? isOpen(row) : null}
            chosen={chosen}
            active={row.key === active}
            origin={origin}
            onToggle={onToggle}
            onChoose={onChoose}
            onHover={onHover}
          />
        );
      })}
    </div>
  );
}

function Tools({ zoom }: { zoom: Zoom }) {
  return (
    <div className={s.tools} role="toolbar" aria-label="Zoom the timeline">
      <button type="button" aria-label="Zoom out" title="Zoom out (−, or Ctrl and wheel)" onClick={() => zoom.zoomBy(1 / ZOOM)}>
        <Minus aria-hidden="true" />
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+, or Ctrl and wheel)" onClick={() => zoom.zoomBy(ZOOM)}>
        <Plus aria-hidden="true" />
      </button>
      <button type="button" aria-label="Show the whole run" title="Show the whole run (0)" onClick={zoom.fit}>
        <Maximize aria-hidden="true" />
      </button>
    </div>
  );
}

interface CanvasOptions {
  list: React.RefObject<HTMLDivElement | null>;
  rows: readonly Item[];
  span: Window | null;
  cursor: number | null;
}

/** The canvas behind the rows: drawn again when rows, time, size, theme or scroll position change, at most once a frame. */
function useCanvas({ list, rows, span, cursor }: CanvasOptions) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const whole = useRef<Window>({ from: 0, to: 1 });
  const frame = useRef(0);
  const draw = useRef<() => void>(() => undefined);
  const theme = useTheme();
  const ink = useMemo(() => (typeof document === "undefined" ? null : readInk()), [theme]);
  const changed = useCallback(() => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      draw.current();
    });
  }, []);
  const lane = useCallback(() => ({ left: canvas.current?.parentElement?.offsetLeft ?? 0, width: canvas.current?.clientWidth ?? 1 }), []);
  const zoom = useZoom({ area: list, lane, whole, changed });

  useLayoutEffect(() => {
    whole.current = span ? { from: span.from, to: span.to + (span.to - span.from) * 0.01 } : { from: 0, to: 1 };
    draw.current = () => {
      const element = canvas.current;
      const scroller = list.current;
      const context = element?.getContext("2d");
      if (!element || !scroller || !context || !span || !ink) return;
      const [width, height] = [element.clientWidth, scroller.clientHeight];
      const ratio = devicePixelRatio;
      if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
        element.style.height = `${height}px`;
      }
      const first = Math.floor(scroller.scrollTop / ROW);
      const offset = first * ROW - scroller.scrollTop;
      const window = zoom.window.current ?? whole.current;
      paint(context, { rows, first, offset, width, height, axis: AXIS, row: ROW, window, origin: span.from, now: cursor ?? span.to, cursor }, ink, ratio);
    };
    changed();
  }, [rows, span, cursor, ink, list, zoom.window, changed]);

  useEffect(() => {
    const scroller = list.current;
    if (!scroller) return;
    const observer = new ResizeObserver(changed);
    observer.observe(scroller);
    scroller.addEventListener("scroll", changed, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", changed);
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [list, changed]);

  /** The time at a place on the screen; null where no time runs. */
  const timeAt = useCallback(
    (clientX: number) => {
      const box = canvas.current?.getBoundingClientRect();
      if (!box || clientX < box.left || clientX > box.right) return null;
      const window = zoom.window.current ?? whole.current;
      return window.from + ((clientX - box.left) / Math.max(1, box.width)) * (window.to - window.from);
    },
    [zoom.window],
  );
  return { canvas, zoom, timeAt };
}

interface RevealOptions {
  tree: ReturnType<typeof timelineOf<StepRun>>;
  selected: string | null;
  setToggled: React.Dispatch<React.SetStateAction<ReadonlySet<string>>>;
  setActive: (key: string) => void;
}

/** Opens what holds the chosen step, when another one is chosen. */
function useReveal({ tree, selected, setToggled, setActive }: RevealOptions): void {
  const known = selected !== null && tree.byAddress.has(selected);
  useEffect(() => {
    const item = selected === null ? undefined : tree.byAddress.get(selected);
    if (!item) return;
    setActive(item.key);
    const openFirst = isOpenFirst(tree);
    setToggled((before) => {
      const next = new Set(before);
      for (let at = item.parent; at; at = at.parent) {
        if (openFirst) next.delete(at.key);
        else next.add(at.key);
      }
      return next;
    });
    // Only another choice opens rows, not a tree that grows.
  }, [selected, known]);
}
