// The panel of one node: beside the canvas, over it (wide), or as a sheet from below on a phone.

import { ChevronLeft, ChevronRight, Maximize2, Minimize2, Play, X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { fieldsOfType } from "../../graph/parameter/fields";
import { problemPath } from "../../graph/parameter/check";
import { isSetting } from "../../graph/parameter/settings";
import { titleOf } from "../../graph/summary";
import { Button } from "../../ui/button";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import { Skeleton } from "../../ui/states";
import { tabPanel, Tabs, type Tab } from "../../ui/tabs";
import { JsonTree } from "../json-tree";
import { withInput } from "./against";
import { PanelProvider } from "./context";
import { InputTab, NoData, OutputTab, Source } from "./data-tabs";
import { useInsert } from "./data-view";
import { Docs } from "./docs";
import { Parameters } from "./parameters";
import s from "./panel.module.css";
import { Settings } from "./settings";
import { useSheet } from "./sheet";
import type { NodePanelProps, PanelTab } from "./types";
import { UnknownType } from "./unknown-type";
import { WideView } from "./wide";

export function NodePanel(given: NodePanelProps) {
  const { node, wide } = given;
  const data = useMemo(() => withInput(given.data), [given.data]);
  const props = { ...given, data };
  return (
    <PanelProvider key={node.id} props={props}>
      {wide ? <WideView {...props} Head={Head} Body={Body} useTab={useTab} /> : <Narrow {...props} />}
    </PanelProvider>
  );
}

function Narrow(props: NodePanelProps) {
  const [tab, setTab] = useTab(props);
  const panel = useRef<HTMLElement>(null);
  const sheet = useSheet(props.onClose);
  return (
    <aside ref={panel} className={`${s.panel} ${sheet.tall ? s.tall : ""}`} aria-label={`Node ${titleOf(props.node, props.type?.name)}`} onKeyDown={(event) => onEscape(event, props.onClose)} style={sheet.style}>
      <div className={s.handle} {...sheet.handle} />
      <Head {...props} />
      <Body {...props} tab={tab} onTab={setTab} />
    </aside>
  );
}

/** Escape closes, unless something inside had a use for it. */
export function onEscape(event: KeyboardEvent, close: () => void): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.stopPropagation();
  close();
}

const TAB_KEY = "tidemill.node-tab";
const TABS: readonly PanelTab[] = ["parameters", "settings", "input", "output", "docs"];

function storedTab(): PanelTab {
  try {
    return TABS.find((one) => one === sessionStorage.getItem(TAB_KEY)) ?? "parameters";
  } catch {
    return "parameters";
  }
}

/** The tab that is open: the caller's, a revealed one, or the one of last time. */
function useTab({ tab, onTab, reveal, type }: NodePanelProps): [PanelTab, (tab: PanelTab) => void] {
  const [own, setOwn] = useState<PanelTab>(storedTab);
  const choose = (next: PanelTab) => {
    setOwn(next);
    try {
      sessionStorage.setItem(TAB_KEY, next);
    } catch {
      // Blocked storage: the choice lasts as long as the panel.
    }
    onTab?.(next);
  };
  const key = reveal?.key;
  const path = reveal?.path;
  useEffect(() => {
    if (key === undefined || path === undefined) return;
    const own = type ? fieldsOfType(type) : [];
    setOwn(path === "pinned" ? "output" : isSetting(path, own) || path === "label" ? "settings" : "parameters");
  }, [key, path, type]);
  return [tab ?? own, choose];
}

export interface HeadProps extends NodePanelProps {
  titleId?: string;
}

export function Head(props: HeadProps) {
  const { node, type, wide, onWide, onClose, onStep, neighbours, titleId } = props;
  return (
    <header className={s.head}>
      <NodeTile type={node.type ?? ""} icon={type?.icon} category={categoryOf(type?.category, node.type ?? "")} />
      <Title {...props} titleId={titleId} />
      <span className={s.kind} title={node.type}>
        {type?.name ?? node.type ?? "no type"}
      </span>
      {wide ? (
        <>
          <Button kind="quiet" iconOnly disabled={neighbours.previous.length === 0} icon={<ChevronLeft size={16} aria-hidden="true" />} className={s.flip} onClick={() => onStep("previous")}>
            Step to the node before
          </Button>
          <Button kind="quiet" iconOnly disabled={neighbours.next.length === 0} icon={<ChevronRight size={16} aria-hidden="true" />} className={s.flip} onClick={() => onStep("next")}>
            Step to the node after
          </Button>
        </>
      ) : null}
      <Button kind="quiet" iconOnly className={s.wideButton} icon={wide ? <Minimize2 size={15} aria-hidden="true" /> : <Maximize2 size={15} aria-hidden="true" />} onClick={() => onWide(!wide)}>
        {wide ? "Back to the side" : "Wide view"}
      </Button>
      <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={onClose}>
        Close
      </Button>
    </header>
  );
}

/** The label, which can be changed where it stands. */
function Title({ node, type, set, titleId }: HeadProps) {
  const label = typeof node.data?.["label"] === "string" ? node.data["label"] : "";
  const shown = titleOf(node, type?.name);
  const [draft, setDraft] = useState<string | null>(null);
  const keep = () => {
    if (draft !== null && draft.trim() !== label) set({ "data/label": draft.trim() === "" ? undefined : draft.trim() }, { label: "Rename the node" });
    setDraft(null);
  };
  return (
    <h2 id={titleId} className={s.titleBox}>
      <input
        className={s.title}
        value={(draft ?? shown).slice(0, draft === null ? TITLE_MOST : undefined)}
        aria-label="Label of the node"
        dir="auto"
        spellCheck={false}
        autoComplete="off"
        readOnly={shown.length > TITLE_MOST}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key !== "Escape" || draft === null) return;
          event.preventDefault();
          setDraft(null);
        }}
      />
    </h2>
  );
}

/** A label of a megabyte is not drawn whole. */
const TITLE_MOST = 2_000;

interface BodyProps extends NodePanelProps {
  tab: PanelTab;
  onTab: (tab: PanelTab) => void;
  /** In the middle of the wide view: input and output stand beside it. */
  middle?: boolean;
}

export function Body(props: BodyProps) {
  const { type, typesPending = false, set, data, tab, onTab, middle = false, onRunTo, running } = props;
  const id = useId();
  const body = useRef<HTMLDivElement>(null);
  const tabs = useTabs(props).filter((one) => !middle || (one.id !== "input" && one.id !== "output"));
  const chosen = tabs.some((one) => one.id === tab) ? tab : "parameters";
  useReveal(props, body, chosen);
  const form = type ? null : typesPending ? <Skeleton rows={6} /> : <UnknownType {...props} />;
  return (
    <>
      <Tabs label="Parts of the node" id={id} tabs={tabs} chosen={chosen} onChoose={onTab} />
      <div ref={body} className={s.body} {...tabPanel(id, chosen)} tabIndex={-1}>
        {chosen === "parameters" ? (
          <>
            {form ?? (type ? <Parameters type={type} set={set} revealed={props.reveal?.path ?? null} /> : null)}
            {middle ? null : <LastInput {...props} onMore={() => onTab("input")} />}
          </>
        ) : null}
        {chosen === "settings" ? (form ?? (type ? <Settings type={type} set={set} revealed={props.reveal?.path ?? null} /> : null)) : null}
        {chosen === "input" ? <InputTab data={data} onRunTo={onRunTo} running={running} /> : null}
        {chosen === "output" ? <OutputTab data={data} set={set} onRunTo={onRunTo} running={running} /> : null}
        {chosen === "docs" ? type ? <Docs type={type} set={set} /> : form : null}
        {chosen === "parameters" && onRunTo && data.input !== undefined ? (
          <div className={s.foot}>
            <Button icon={<Play size={14} aria-hidden="true" />} busy={running ?? false} onClick={onRunTo}>
              Run to here
            </Button>
          </div>
        ) : null}
      </div>
    </>
  );
}

const LABELS: Record<PanelTab, string> = { parameters: "Parameters", settings: "Settings", input: "Input", output: "Output", docs: "Docs" };

/** The tabs, with how many problems each has. */
function useTabs({ problems, type, node, data }: NodePanelProps): Tab<PanelTab>[] {
  return useMemo(() => {
    const own = type ? fieldsOfType(type) : [];
    const of = { settings: problems.filter((one) => isSetting(problemPath(one.path), own) && one.path !== "pinned"), parameters: problems.filter((one) => !isSetting(problemPath(one.path), own)) };
    return TABS.map((id): Tab<PanelTab> => {
      const list = id === "settings" || id === "parameters" ? of[id] : [];
      const errors = list.filter((one) => one.severity === "error").length;
      if (list.length > 0) return { id, label: LABELS[id], badge: { text: String(list.length), tone: errors > 0 ? "bad" : "warn", label: errors > 0 ? `${errors} errors` : `${list.length} warnings` } };
      if (id !== "output") return { id, label: LABELS[id] };
      if (data.error) return { id, label: LABELS[id], badge: { text: "!", tone: "bad", label: "failed" } };
      const pinned = node.data?.["pinned"];
      return { id, label: LABELS[id], badge: pinned === undefined || pinned === null ? null : { text: "pinned", tone: "plain", label: "pinned" } };
    });
  }, [problems, type, node, data.error]);
}

/** Brings the place that a problem names into sight, and the focus with it. */
function useReveal({ reveal, type }: NodePanelProps, body: React.RefObject<HTMLDivElement | null>, tab: PanelTab): void {
  const key = reveal?.key;
  const path = reveal?.path;
  const done = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (key === undefined || path === undefined || done.current === key) return;
    const frame = requestAnimationFrame(() => {
      const places = [...(body.current?.querySelectorAll<HTMLElement>("[data-path]") ?? [])].filter((one) => path.startsWith(one.dataset["path"] ?? "\u0000"));
      const place = places.sort((a, b) => (b.dataset["path"]?.length ?? 0) - (a.dataset["path"]?.length ?? 0))[0];
      if (!place) return;
      done.current = key;
      place.scrollIntoView({ block: "center" });
      place.querySelector<HTMLElement>("input:not([type=radio]):not([type=file]), select, textarea, [contenteditable=true], [role=switch]")?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [key, path, tab, body, type]);
}

/** The data that came in last, below the parameters it is used in. */
function LastInput({ data, onRunTo, running, onMore, type }: NodePanelProps & { onMore: () => void }) {
  const insert = useInsert();
  if (type?.category === "trigger" || (type && type.inputs.length === 0 && data.input === undefined)) return null;
  return (
    <section className={s.last} aria-label="Last input">
      <div className={s.lastHead}>
        <h3>Last input</h3>
        <Source data={data} />
      </div>
      {data.input === undefined ? (
        <NoData what="No input yet" onRunTo={onRunTo} running={running} />
      ) : (
        <>
          <JsonTree value={data.input} name="input" label="Last input" execution={data.source?.execution ?? null} insert={insert} />
          <button type="button" className={s.link} onClick={onMore}>
            Search it, or see what other nodes gave
          </button>
        </>
      )}
    </section>
  );
}
