// A value to look at: as tree, table, JSON or shape; searched, copied, and put into fields by dragging or by a key.

import { Copy, Search, X } from "lucide-react";
import { Suspense, useDeferredValue, useId, useMemo, useState } from "react";
import { tableOf } from "../../graph/rows";
import { findIn, shapeOf } from "../../graph/shape";
import { brief, elided } from "../../graph/values";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { copyText } from "../../ui/copy";
import { bytes, plural } from "../../ui/format";
import fieldStyle from "../../ui/field.module.css";
import { Guard } from "../../ui/lazy-markdown";
import { Segments } from "../../ui/segments";
import { Skeleton } from "../../ui/states";
import { JsonTree } from "../json-tree";
import { usePanel } from "./context";
import s from "./data.module.css";
import { carry } from "./drag";
import { part } from "../../ui/part";

const DataTable = part(async () => (await import("../shown/data-table")).DataTable);

type View = "tree" | "table" | "json" | "shape";

interface DataViewProps {
  value: unknown;
  /** What expressions call it. */
  name: string;
  label: string;
  execution: string | null;
}

export function DataView({ value, name, label, execution }: DataViewProps) {
  const [view, setView] = useState<View>("tree");
  const [query, setQuery] = useState("");
  const searched = useDeferredValue(query);
  const insert = useInsert();
  const id = useId();
  return (
    <div className={s.view}>
      <div className={s.bar}>
        <Segments<View> label={`How ${label.toLowerCase()} is shown`} value={view} options={[["tree", "Tree"], ["table", "Table"], ["json", "JSON"], ["shape", "Schema"]]} onChange={setView} />
        <Button kind="quiet" iconOnly icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy(value)} className={s.small}>
          Copy the whole value
        </Button>
      </div>
      <div className={`${fieldStyle.signed} ${s.search}`}>
        <Search aria-hidden="true" />
        <input id={id} className={fieldStyle.field} type="text" value={query} placeholder="Search keys and values" aria-label={`Search ${label.toLowerCase()}`} autoComplete="off" spellCheck={false} onChange={(event) => setQuery(event.target.value)} />
        {query === "" ? null : (
          <button type="button" aria-label="Clear the search" onClick={() => setQuery("")}>
            <X aria-hidden="true" />
          </button>
        )}
      </div>
      {searched.trim() !== "" ? (
        <Finds value={value} name={name} query={searched} insert={insert} />
      ) : view === "tree" ? (
        <JsonTree value={value} name={name} label={label} execution={execution} insert={insert} />
      ) : view === "table" ? (
        <AsTable value={value} label={label} />
      ) : view === "json" ? (
        <AsJson value={value} label={label} />
      ) : (
        <AsShape value={value} name={name} insert={insert} />
      )}
    </div>
  );
}

/** Puts paths into the field that had the focus last; copies them where there is none. */
export function useInsert() {
  const { target } = usePanel();
  return useMemo(() => {
    if (target) {
      return {
        label: `Insert into ${target.label}`,
        run: (path: string) => {
          target.insert(path);
          toast("plain", `${path} is in ${target.label}`);
        },
      };
    }
    return { label: "Copy as an expression", run: (path: string) => void copyPath(path) };
  }, [target]);
}

async function copyPath(path: string): Promise<void> {
  const done = await copyText(`{{ ${path} }}`);
  toast(done ? "plain" : "bad", done ? `Copied {{ ${path} }}` : "The browser did not allow copying");
}

async function copy(value: unknown): Promise<void> {
  const done = await copyText(typeof value === "string" ? value : JSON.stringify(value, null, 2));
  toast(done ? "plain" : "bad", done ? "Copied the value" : "The browser did not allow copying");
}

type Insert = ReturnType<typeof useInsert>;

/** One place of a value: dragged into a field, or put there by pressing it. */
function Place({ path, insert, depth = 0, children }: { path: string; insert: Insert; depth?: number; children: React.ReactNode }) {
  return (
    <li>
      <button
        type="button"
        className={s.place}
        style={{ "--depth": depth } as React.CSSProperties}
        draggable
        title={insert ? `${insert.label}: ${path}` : path}
        onDragStart={(event) => carry(event.dataTransfer, path)}
        onMouseDown={(event) => event.detail === 0 && event.preventDefault()}
        onClick={() => (insert ? insert.run(path) : void copyPath(path))}
      >
        {children}
      </button>
    </li>
  );
}

function Finds({ value, name, query, insert }: { value: unknown; name: string; query: string; insert: Insert }) {
  const { finds, all } = useMemo(() => findIn(value, name, query), [value, name, query]);
  if (finds.length === 0) return <p className="faint">{all ? `Nothing here holds “${query.trim()}”.` : `Nothing in the first part of this large value holds “${query.trim()}”.`}</p>;
  return (
    <>
      <ul className={s.list} aria-label="Found">
        {finds.map((find) => (
          <Place key={find.path} path={find.path} insert={insert}>
            <span className={s.path}>{find.path}</span>
            <span className={`${s.sample} cut`} dir="auto">
              {brief(find.value)}
            </span>
          </Place>
        ))}
      </ul>
      <p className="faint">
        {plural(finds.length, "place")}
        {all ? "" : "; there may be more"}
      </p>
    </>
  );
}

function AsShape({ value, name, insert }: { value: unknown; name: string; insert: Insert }) {
  const { rows, more } = useMemo(() => shapeOf(value, name), [value, name]);
  return (
    <>
      <ul className={s.list} aria-label="Fields and their types">
        {rows.map((row) => (
          <Place key={row.path} path={row.path} insert={insert} depth={row.depth}>
            <span className={s.path}>{row.key}</span>
            <span className={s.type}>{row.type}</span>
            {row.seen && row.seen.times < row.seen.of ? <span className={s.type}>in {row.seen.times} of {row.seen.of}</span> : null}
          </Place>
        ))}
      </ul>
      {more ? <p className="faint">The first {rows.length} fields.</p> : null}
    </>
  );
}

function AsTable({ value, label }: { value: unknown; label: string }) {
  const table = useMemo(() => tableOf(value), [value]);
  if (table === null) return <p className="faint">{elided(value) ? "This value is large: the tree fetches it." : "This value has no rows: it is no list, object or table."}</p>;
  return (
    <Guard instead={<p className="faint">The table could not be drawn.</p>}>
      <Suspense fallback={<Skeleton rows={4} />}>
        <div className={s.table}>
          <DataTable table={table} label={label} />
        </div>
      </Suspense>
    </Guard>
  );
}

const TEXT_MOST = 100_000;

function AsJson({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "", [value]);
  return (
    <>
      <pre className={s.json} tabIndex={0} role="region" aria-label={`${label} as JSON`} dir="auto">
        {text.slice(0, TEXT_MOST)}
      </pre>
      {text.length > TEXT_MOST ? <p className="faint">The first {bytes(TEXT_MOST)} of {bytes(text.length)}. Copying takes all of it.</p> : null}
    </>
  );
}
