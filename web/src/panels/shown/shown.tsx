// What a node shows, drawn as it asks: text, table, chart, picture. Where a value does not fit, it says so and shows JSON.

import { useQuery } from "@tanstack/react-query";
import { Maximize2, X } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { queries } from "../../api/queries";
import { isShown } from "../../graph/picture";
import { show, TEXT_MOST, type Shown as Content } from "../../graph/show";
import { SHOW_NAMES, type ShowKind } from "../../graph/show-kind";
import { elided } from "../../graph/values";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/dialog";
import { bytes, count } from "../../ui/format";
import { Guard, LazyMarkdown } from "../../ui/lazy-markdown";
import { Failed, sentence, Skeleton } from "../../ui/states";
import { JsonTree } from "../json-tree";
import { ChartView } from "./charts";
import { DataTable } from "./data-table";
import s from "./shown.module.css";

export interface ShownProps {
  value: unknown;
  kind: ShowKind;
  /** What expressions call the value. */
  name: string;
  execution: string;
}

/** Values up to this size are fetched unasked. */
const UNASKED_BYTES = 2 * 1024 * 1024;

export function Shown({ value, ...rest }: ShownProps) {
  const stand = elided(value);
  const [asked, setAsked] = useState(false);
  const wanted = stand !== null && (asked || stand.bytes <= UNASKED_BYTES);
  const full = useQuery({ ...queries.value(rest.execution, stand?.ref ?? ""), enabled: wanted });
  if (!stand) return <Views {...rest} value={value} />;
  if (!wanted) {
    return (
      <div className={s.large}>
        <p className="dim">This value is large. Drawing it may take a moment.</p>
        <Button onClick={() => setAsked(true)}>Show it · {bytes(stand.bytes)}</Button>
      </div>
    );
  }
  if (full.isPending) return <Skeleton rows={4} />;
  if (full.isError) return <Failed error={full.error} what="The value could not be read" retry={() => void full.refetch()} />;
  return <Views {...rest} value={full.data} />;
}

type View = "own" | "table" | "text" | "json";

function Views(props: ShownProps) {
  const { value, kind, name, execution } = props;
  const content = useMemo(() => show(kind, value, location.origin), [kind, value]);
  const [chosen, setChosen] = useState<View>("own");
  const [large, setLarge] = useState(false);
  const views = viewsOf(content);
  const view = views.some(([one]) => one === chosen) ? chosen : "own";
  const json = <JsonTree value={value} name={name} label="Value" execution={execution} />;
  const body = (
    <Guard key={view} instead={json}>
      {view === "json" ? json : <Body content={content} view={view} json={json} />}
    </Guard>
  );
  const bar = (
    <div className={s.tools}>
      {views.length > 1 ? (
        <div className={s.choice} role="group" aria-label="Show as">
          {views.map(([one, label]) => (
            <button key={one} type="button" aria-pressed={one === view} onClick={() => setChosen(one)}>
              {label}
            </button>
          ))}
        </div>
      ) : (
        <span className="dim">{views[0]?.[1]}</span>
      )}
      {large ? null : (
        <Button kind="quiet" iconOnly icon={<Maximize2 size={14} aria-hidden="true" />} onClick={() => setLarge(true)}>
          Show larger
        </Button>
      )}
    </div>
  );
  return (
    <section className={s.shown} aria-label="What the node shows">
      {bar}
      {large ? <p className="faint">Shown in the window above.</p> : body}
      {large ? (
        <Large onClose={() => setLarge(false)} bar={bar}>
          {body}
        </Large>
      ) : null}
    </section>
  );
}

/** The same in the whole window; Escape closes it. */
function Large({ bar, children, onClose }: { bar: ReactNode; children: ReactNode; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <Modal ref={dialog} size="whole" name={{ label: "What the node shows" }} className={s.window} onClose={onClose}>
      <header className={s.dialogHead}>
        {bar}
        <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={() => dialog.current?.close()}>
          Close
        </Button>
      </header>
      <div className={s.dialogBody}>{children}</div>
    </Modal>
  );
}

function viewsOf(content: Content): (readonly [View, string])[] {
  switch (content.kind) {
    case "json":
    case "misfit":
      return [["own", "JSON"]];
    case "bar_chart":
    case "line_chart":
    case "pie_chart":
      return [["own", SHOW_NAMES[content.kind]], ["table", "Table"], ["json", "JSON"]];
    case "csv":
      return [["own", "Table"], ["text", "Text"], ["json", "JSON"]];
    case "xml":
      return [["own", "XML"], ["text", "Text"]];
    case "markdown":
      return [["own", "Markdown"], ["text", "Text"]];
    default:
      return [["own", SHOW_NAMES[content.kind]], ["json", "JSON"]];
  }
}

function Body({ content, view, json }: { content: Content; view: View; json: ReactNode }) {
  if (view === "text" && "text" in content) return <Text text={content.text.slice(0, TEXT_MOST)} left={Math.max(0, content.text.length - TEXT_MOST)} />;
  if (view === "table" && "table" in content) return <DataTable table={content.table} label="Table" />;
  switch (content.kind) {
    case "text":
      return <Text {...content} />;
    case "table":
    case "csv":
      return <DataTable table={content.table} label="Table" />;
    case "xml":
      return <XmlText lines={content.lines} left={content.left} />;
    case "bar_chart":
    case "line_chart":
    case "pie_chart":
      return <ChartView kind={content.kind} chart={content.chart} slices={content.slices} moreRows={content.table.moreRows} />;
    case "image":
      return <Picture source={content.source} alt={content.alt} json={json} />;
    case "markdown":
      return (
        <div className={s.page}>
          <LazyMarkdown text={content.text} allows={(address) => isShown(address, location.origin)} />
          {content.left > 0 ? <p className="faint">{count(content.left)} more characters are not shown.</p> : null}
        </div>
      );
    case "misfit":
      return (
        <>
          <p className={s.misfit} role="note">
            Not shown as {SHOW_NAMES[content.wanted]}. {sentence({ message: content.why })}
          </p>
          {json}
        </>
      );
    default:
      return json;
  }
}

function Text({ text, left }: { text: string; left: number }) {
  if (text === "") return <p className="faint">An empty text.</p>;
  return (
    <>
      <pre className={s.text} tabIndex={0} aria-label="Text" dir="auto">
        {text}
      </pre>
      {left > 0 ? <p className="faint">{count(left)} more characters are not shown.</p> : null}
    </>
  );
}

function XmlText({ lines, left }: { lines: Extract<Content, { kind: "xml" }>["lines"]; left: boolean }) {
  return (
    <>
      <pre className={s.text} tabIndex={0} aria-label="XML">
        {lines.map((line, at) => (
          <span key={at} className={s.xmlLine} style={{ "--depth": Math.min(line.depth, 24) } as React.CSSProperties}>
            {line.pieces.map(([kind, text], n) => (
              <span key={n} className={s[`x${kind}`]}>
                {text}
              </span>
            ))}
            {"\n"}
          </span>
        ))}
      </pre>
      {left ? <p className="faint">The first {count(lines.length)} lines.</p> : null}
    </>
  );
}

function Picture({ source, alt, json }: { source: string; alt: string; json: ReactNode }) {
  const [broken, setBroken] = useState(false);
  if (broken) {
    return (
      <>
        <p className={s.misfit} role="note">
          Not shown as Image. The browser cannot read this picture.
        </p>
        {json}
      </>
    );
  }
  return (
    <div className={s.picture}>
      <img src={source} alt={alt || "The picture this node shows"} onError={() => setBroken(true)} />
    </div>
  );
}
