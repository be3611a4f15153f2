// A JSON value as a collapsible tree: keyboard like a file tree, a path and a value to copy, big values fetched on demand.

import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight, Copy, CornerDownLeft, Download, Link2 } from "lucide-react";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { fileHref } from "../api/client";
import { queries } from "../api/queries";
import { PART, rowsOf, type TreeRow } from "../graph/tree";
import { elided, exactNumber, fileOf, type FileValue } from "../graph/values";
import { toast } from "../state/view";
import { copyText } from "../ui/copy";
import { bytes, plural } from "../ui/format";
import { rowAfter } from "../ui/walk";
import s from "./json-tree.module.css";
import { carry } from "./node/drag";

interface JsonTreeProps {
  value: unknown;
  /** What expressions call the whole value, e.g. `input`. */
  name: string;
  label: string;
  /** Where values too big to travel are fetched from. */
  execution: string | null;
  depth?: number;
  /** Puts the path of a row into a field: by a button, by the key I; rows can then be dragged as well. */
  insert?: { label: string; run: (path: string) => void } | undefined;
}

const ROW = 20;
const VIRTUAL_FROM = 120;

export function JsonTree({ value, name, label, execution, depth = 2, insert }: JsonTreeProps) {
  const { rows, toggle, openRow } = useRows({ value, name, execution, depth });
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 20 });
  const isVirtual = rows.length > VIRTUAL_FROM;

  const go = (to: number) => {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    setActive(at);
    if (isVirtual) virtual.scrollToIndex(at);
    else list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row || event.metaKey || event.ctrlKey || event.altKey) return;
    const to = rowOf(event.key, rows, active);
    if (to !== null) go(to);
    else if (event.key === "ArrowRight") {
      if (row.count > 0) toggle(row);
    } else if (event.key === "ArrowLeft") toggle(row);
    else if (event.key === "Enter" || event.key === " ") openRow(row);
    else if (event.key === "c") void copyValue(row);
    else if (event.key === "p") void copyPath(row);
    else if (event.key === "i" && insert && row.kind !== "more") insert.run(row.path);
    else return;
    event.preventDefault();
  };

  const render = (row: TreeRow, at: number, top?: number) => (
    <Row key={row.path} row={row} active={at === active} top={top} onOpen={openRow} onActive={() => setActive(at)} execution={execution} insert={insert} />
  );
  return (
    <div
      ref={list}
      className={`${s.tree} ${isVirtual ? s.tall : ""}`}
      role="tree"
      dir="ltr"
      aria-label={`${label}. Enter opens, C copies the value, P the path${insert ? ", I inserts it into a field" : ""}.`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {isVirtual ? (
        <div className={s.inner} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? render(row, item.index, item.start) : null;
          })}
        </div>
      ) : (
        rows.map((row, at) => render(row, at))
      )}
    </div>
  );
}

/** The rows to show, and what opens and closes them. */
function useRows({ value, name, execution, depth }: Required<Omit<JsonTreeProps, "label" | "insert">>) {
  const client = useQueryClient();
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const [fetched, setFetched] = useState<ReadonlyMap<string, unknown>>(new Map());
  const rows = useMemo(() => rowsOf(value, name, { toggled, depth, shown, fetched }), [value, name, toggled, depth, shown, fetched]);

  const toggle = (row: TreeRow) =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(row.path)) next.add(row.path);
      return next;
    });
  const openRow = (row: TreeRow) => {
    const stand = elided(row.value);
    if (stand && execution) {
      client.fetchQuery(queries.value(execution, stand.ref)).then(
        (full) => setFetched((before) => new Map(before).set(stand.ref, full)),
        () => toast("bad", `The full value of ${row.path} could not be fetched`),
      );
    } else if (row.kind === "more") {
      const path = row.path.slice(0, -1);
      setShown((before) => new Map(before).set(path, (before.get(path) ?? PART) + 10 * PART));
    } else if (row.count > 0) toggle(row);
  };
  return { rows, toggle, openRow };
}

/** The row a key leads to; null when the key does not move. Left goes to the parent of what is closed, right into what is open. */
function rowOf(key: string, rows: readonly TreeRow[], active: number): number | null {
  const row = rows[active];
  switch (key) {
    case "ArrowRight":
      return row?.open ? active + 1 : null;
    case "ArrowLeft":
      return row?.open ? null : rows.findLastIndex((other, at) => at < active && other.depth < (row?.depth ?? 0));
    default:
      return rowAfter(key, active, rows.length);
  }
}

interface RowProps {
  row: TreeRow;
  active: boolean;
  top: number | undefined;
  /** Where full values and files are fetched from; null if from nowhere. */
  execution: string | null;
  onOpen: (row: TreeRow) => void;
  onActive: () => void;
  insert: JsonTreeProps["insert"];
}

function Row({ row, active, top, execution, onOpen, onActive, insert }: RowProps) {
  const branch = row.count > 0 && row.kind !== "more";
  const opens = branch || row.kind === "more" || (row.kind === "elided" && execution !== null);
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={branch ? row.open : undefined}
      aria-selected={active}
      className={`${s.row} ${active ? s.active : ""} ${top === undefined ? "" : s.placed}`}
      style={{ "--depth": row.depth, ...(top === undefined ? {} : { transform: `translateY(${top}px)` }) } as React.CSSProperties}
      draggable={insert !== undefined && row.kind !== "more"}
      onDragStart={(event) => carry(event.dataTransfer, row.path)}
      onClick={() => {
        onActive();
        if (opens) onOpen(row);
      }}
    >
      <span className={`${s.arrow} ${row.open ? s.open : ""}`}>{branch ? <ChevronRight aria-hidden="true" /> : null}</span>
      {row.key !== null || row.open ? (
        <>
          <span className={s.key}>{row.key ?? row.path}</span>
          <span className={s.colon}>: </span>
        </>
      ) : null}
      <Value row={row} execution={execution} />
      {row.kind === "more" ? null : (
        <span className={s.tools}>
          {insert ? (
            <button type="button" tabIndex={-1} aria-label={insert.label} title={insert.label} onMouseDown={(event) => event.preventDefault()} onClick={(event) => act(event, async () => insert.run(row.path))}>
              <CornerDownLeft aria-hidden="true" />
            </button>
          ) : null}
          <button type="button" tabIndex={-1} aria-label={`Copy the path ${row.path}`} title={`Copy path: ${row.path}`} onClick={(event) => act(event, () => copyPath(row))}>
            <Link2 aria-hidden="true" />
          </button>
          <button type="button" tabIndex={-1} aria-label="Copy the value" title="Copy value" onClick={(event) => act(event, () => copyValue(row))}>
            <Copy aria-hidden="true" />
          </button>
        </span>
      )}
    </div>
  );
}

function Value({ row, execution }: { row: TreeRow; execution: string | null }) {
  const file = row.kind === "object" ? fileOf(row.value) : null;
  if (file) return <File file={file} execution={execution} />;
  switch (row.kind) {
    case "object":
      return <span className={s.dim}>{row.count === 0 ? "{}" : row.open ? plural(row.count, "field") : `{ ${plural(row.count, "field")} }`}</span>;
    case "array":
      return <span className={s.dim}>{row.count === 0 ? "[]" : row.open ? plural(row.count, "item") : `[ ${plural(row.count, "item")} ]`}</span>;
    case "string":
      return <bdi className={s.string}>{JSON.stringify(row.value)}</bdi>;
    case "more":
      return <span className={s.fetch}>Show {row.count > 10 * PART ? `${10 * PART} more of ${row.count}` : `${row.count} more`}</span>;
    case "elided": {
      const stand = elided(row.value);
      return (
        <>
          <span className={s.string}>{stand?.preview}…</span>
          <span className={s.fetch}> Show all · {bytes(stand?.bytes ?? 0)}</span>
        </>
      );
    }
    case "null":
      return <span className={s.dim}>null</span>;
    default:
      return <span className={s.number}>{exactNumber(row.value) ?? String(row.value)}</span>;
  }
}

/** A file by its name and size, to be saved where it can be fetched. */
function File({ file, execution }: { file: FileValue; execution: string | null }) {
  const name = file.name || file.type || "file";
  return (
    <>
      <span className={s.string}>{name}</span>
      <span className={s.dim}> {bytes(file.size)} </span>
      {execution === null ? null : (
        <a className={s.file} href={fileHref(execution, file)} download={file.name || true} aria-label={`Download ${name}`} onClick={(event) => event.stopPropagation()}>
          <Download aria-hidden="true" /> Download
        </a>
      )}
    </>
  );
}

function act(event: React.MouseEvent, run: () => Promise<void>): void {
  event.stopPropagation();
  void run();
}

async function copyPath(row: TreeRow): Promise<void> {
  const done = await copyText(row.path);
  toast(done ? "plain" : "bad", done ? `Copied ${row.path}` : "The browser did not allow copying");
}

async function copyValue(row: TreeRow): Promise<void> {
  const done = await copyText(typeof row.value === "string" ? row.value : JSON.stringify(row.value, null, 2));
  toast(done ? "plain" : "bad", done ? "Copied the value" : "The browser did not allow copying");
}
