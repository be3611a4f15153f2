// Two states of the workflow beside each other: what differs as a list, and both graphs with it marked, moved and zoomed together.

import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, X } from "lucide-react";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import type { NodeType } from "../../api/types";
import { versionsApi } from "../../api/versions";
import type { Version } from "../../api/types";
import type { GraphDocument } from "../../graph/document/document";
import { differenceOf, isNone, KINDS, type Kind, type RowChange } from "../../graph/versions/difference";
import { ChangesList } from "../../panels/versions/changes-list";
import { DRAFT } from "../../panels/versions/version-list";
import { KIND_SIGNS, KIND_WORDS, nameOf, summaryWords } from "../../panels/versions/words";
import type { Session } from "../../state/document";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/dialog";
import { Select } from "../../ui/field";
import { count, fullDate } from "../../ui/format";
import { Segments } from "../../ui/segments";
import { Failed, Skeleton } from "../../ui/states";
import type { Drawing } from "./drawing";
import { useDocValue } from "./use-doc";
import { BothGraphs, type Sides } from "./version-graphs";
import s from "./version-compare.module.css";

interface CompareProps {
  drawing: Drawing;
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  versions: readonly Version[];
  /** What stands left at first; right is the draft. */
  from: string;
  onNode: (id: string) => void;
  onClose: () => void;
}

type Shown = "list" | "before" | "after";

export function VersionCompare({ drawing, session, kinds, versions, from, onNode, onClose }: CompareProps) {
  const [[left, right], setSides] = useState<readonly [string, string]>([from, DRAFT]);
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useGraph(session, left, drawing);
  const after = useGraph(session, right, drawing);
  const failed = [before, after].find(({ error }) => error !== null);
  const options = [[DRAFT, "Draft"], ...versions.map((one) => [one.id, titleFor(one)])] as [string, string][];
  const leave = (id: string) => {
    dialog.current?.close();
    onNode(id);
  };
  return (
    <Modal ref={dialog} size="whole" name={{ label: "Compare versions" }} onClose={onClose} className={s.dialog}>
      <header className={s.top}>
        <h2>Compare</h2>
        <Select label="Before" value={left} options={options} onChange={(id) => setSides([id, right])} />
        <Button kind="quiet" iconOnly icon={<ArrowLeftRight size={14} aria-hidden="true" />} onClick={() => setSides([right, left])}>
          Swap
        </Button>
        <Select label="After" value={right} options={options} onChange={(id) => setSides([left, id])} />
        <Button kind="quiet" iconOnly className={s.close} icon={<X size={16} aria-hidden="true" />} onClick={() => dialog.current?.close()}>
          Close
        </Button>
      </header>
      {failed ? (
        <Failed error={failed.error} what="A version could not be read" retry={failed.retry} />
      ) : before.doc && after.doc ? (
        <Compared
          drawing={drawing}
          before={before.doc}
          after={after.doc}
          kinds={kinds}
          names={[nameIn(options, left), nameIn(options, right)]}
          canLead={(row) => row.list === "nodes" && session.doc.nodes.get(row.id) !== null}
          onOpen={(row) => leave(row.id)}
          stale={[before, after].find((one) => one.isOld)?.retry ?? null}
        />
      ) : (
        <Skeleton rows={8} />
      )}
    </Modal>
  );
}

interface ComparedProps {
  drawing: Drawing;
  before: GraphDocument;
  after: GraphDocument;
  kinds: ReadonlyMap<string, NodeType>;
  names: readonly [string, string];
  /** Whether the editor has what a row is about. */
  canLead: (row: RowChange) => boolean;
  onOpen: (row: RowChange) => void;
  /** Reads the draft anew where it is another one by now. */
  stale: (() => void) | null;
}

function Compared({ drawing, before, after, kinds, names, canLead, onOpen, stale }: ComparedProps) {
  const difference = useMemo(() => differenceOf(before, after), [before, after]);
  const [hidden, setHidden] = useState<ReadonlySet<Kind>>(new Set());
  const [chosen, setChosen] = useState<RowChange | null>(null);
  const [shown, setShown] = useState<Shown>("list");
  const off = useDeferredValue(hidden);
  const rows = useMemo(() => [...difference.nodes, ...difference.edges].filter(({ kind }) => !off.has(kind)), [difference, off]);
  const sides: Sides = useMemo(() => ({ before, after, difference }), [before, after, difference]);
  const toggle = (kind: Kind) => setHidden((now) => new Set(now.has(kind) ? [...now].filter((one) => one !== kind) : [...now, kind]));
  const none = isNone(difference);
  return (
    <div className={s.body} data-shown={shown}>
      <section className={s.side} aria-label="What differs">
        <p className={s.summary} role="status">
          {summaryWords(difference)}
          {stale ? (
            <button type="button" className={s.stale} onClick={stale}>
              The draft changed: compare anew
            </button>
          ) : null}
        </p>
        {none ? <p className={`${s.none} dim`}>Both hold the same nodes, edges and settings.</p> : null}
        {none ? null : (
          <div className={s.kinds} role="group" aria-label="Which changes are listed">
            {KINDS.map((kind) => (
              <button key={kind} type="button" data-kind={kind} aria-pressed={!hidden.has(kind)} disabled={difference.counts[kind] === 0} onClick={() => toggle(kind)}>
                <span aria-hidden="true">{KIND_SIGNS[kind]}</span> {count(difference.counts[kind])} {KIND_WORDS[kind]}
              </button>
            ))}
          </div>
        )}
        {none ? null : <ChangesList rows={rows} file={difference.file} chosen={chosen} onChoose={setChosen} onOpen={(row) => canLead(row) && onOpen(row)} />}
        {chosen && canLead(chosen) ? (
          <div className={s.foot}>
            <Button onClick={() => onOpen(chosen)}>Show in the editor</Button>
          </div>
        ) : null}
      </section>
      <div className={s.switch}>
        <Segments<Shown> label="What is shown" value={shown} options={[["list", "List"], ["before", "Before"], ["after", "After"]]} onChange={setShown} />
      </div>
      <BothGraphs drawing={drawing} sides={sides} kinds={kinds} names={names} chosen={chosen} onChoose={setChosen} />
    </div>
  );
}

interface Read {
  doc: GraphDocument | null;
  error: unknown;
  retry: () => void;
  /** The draft is another one by now. */
  isOld: boolean;
}

/** One side: a version as the server has it, or the draft as it is here, also what is not saved yet. */
function useGraph(session: Session, id: string, { GraphDocument }: Drawing): Read {
  const isDraft = id === DRAFT;
  const version = useDocValue(session.doc, versionOf);
  const [taken, setTaken] = useState(version);
  const read = useQuery({ queryKey: ["version", session.workflow, id], queryFn: ({ signal }) => versionsApi.read(session.workflow, id, signal), enabled: !isDraft, staleTime: Infinity });
  const graph = read.data?.graph;
  const doc = useMemo(() => (isDraft ? new GraphDocument(session.doc.toFile()) : graph ? new GraphDocument(graph) : null), [isDraft, graph, session, taken]);
  return { doc, error: isDraft ? null : read.error, retry: () => (isDraft ? setTaken(session.doc.version) : void read.refetch()), isOld: isDraft && version !== taken };
}

function versionOf(doc: GraphDocument): number {
  return doc.version;
}

function titleFor(version: Version): string {
  return `${nameOf(version)}${version.published ? " (published)" : ""} · ${fullDate(Date.parse(version.created_at))}`;
}

function nameIn(options: readonly (readonly [string, string])[], id: string): string {
  return options.find(([one]) => one === id)?.[1] ?? "Version";
}
