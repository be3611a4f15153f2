// The versions of a workflow as a tree: newest first, lines to what each was made from, walked by keys.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { LABEL_MOST } from "../../api/versions";
import type { Version } from "../../api/types";
import { cleanName } from "../../graph/people";
import { lanesOf, shownParents, type LaneRow } from "../../graph/versions/lanes";
import f from "../../ui/field.module.css";
import { plural } from "../../ui/format";
import { Chip } from "../../ui/status";
import { Ago } from "../../ui/time";
import { rowAfter } from "../../ui/walk";
import { LaneDrawing } from "./lane-drawing";
import { nameOf } from "./words";
import r from "./rows.module.css";
import s from "./versions.module.css";

/** The row of the draft itself. */
export const DRAFT = "draft";
const ROW = 48;
/** So near the end of the list more of it is asked for. */
const AHEAD = 20;

interface VersionListProps {
  versions: readonly Version[];
  /** Where the draft stands. */
  draft: { base: string; branch: string };
  withAuto: boolean;
  chosen: string;
  /** The version whose label is being written; null for none. */
  labelling: string | null;
  onChoose: (id: string) => void;
  onCompare: () => void;
  onRestore: () => void;
  onLabelling: (id: string | null) => void;
  onLabel: (version: Version, label: string | null) => void;
  /** The end of what is loaded comes near. */
  onMore: () => void;
}

interface Line {
  id: string;
  version: Version | null;
  lanes: LaneRow;
  /** Names of the branches that end here. */
  tip: string | null;
}

export function VersionList(props: VersionListProps) {
  const { versions, draft, withAuto, chosen, onChoose, onMore } = props;
  const lines = useMemo(() => linesOf(versions, draft, withAuto), [versions, draft, withAuto]);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 12 });
  const at = lines.findIndex((line) => line.id === chosen);
  const places = virtual.getVirtualItems();
  const last = places.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= lines.length - AHEAD) onMore();
  }, [last, lines.length, onMore]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [chosen]);
  const back = () => {
    props.onLabelling(null);
    list.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target !== list.current) return;
    const next = lines[rowAfter(event.key, at, lines.length) ?? -1];
    const act = chosen === DRAFT ? undefined : { Enter: props.onCompare, r: props.onRestore, l: () => props.onLabelling(chosen), F2: () => props.onLabelling(chosen) }[event.key];
    if (!next && !act) return;
    event.preventDefault();
    event.stopPropagation();
    if (next) onChoose(next.id);
    else act?.();
  };
  const width = lines.reduce((most, { lanes }) => Math.max(most, lanes.lane, ...lanes.past), 0) + 1;
  return (
    <div
      ref={list}
      className={r.list}
      role="grid"
      aria-label="Versions: arrow keys choose, Enter compares with the draft, R restores, L gives a label"
      aria-rowcount={lines.length}
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className={r.inner} style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {places.map((place) => {
          const line = lines[place.index];
          if (!line) return null;
          return (
            <div
              key={line.id}
              id={`${id}-${place.index}`}
              role="row"
              aria-selected={line.id === chosen}
              aria-rowindex={place.index + 1}
              className={`${s.row} ${line.id === chosen ? r.chosen : ""}`}
              style={{ height: ROW, transform: `translateY(${place.start}px)` }}
              onClick={() => onChoose(line.id)}
              onDoubleClick={() => line.version && props.onCompare()}
            >
              <LaneDrawing row={line.lanes} width={width} height={ROW} look={line.version === null ? "draft" : line.version.published ? "published" : line.version.auto ? "auto" : "plain"} />
              {line.version ? <Words {...props} version={line.version} tip={line.tip} onEnd={back} /> : <DraftWords branch={draft.branch} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function DraftWords({ branch }: { branch: string }) {
  return (
    <div className={s.words} role="gridcell">
      <div className={s.head}>
        <strong>Draft</strong>
        <Branch name={branch} isHere />
      </div>
      <span className="faint">What you edit now</span>
    </div>
  );
}

type WordsProps = Pick<VersionListProps, "labelling" | "onLabelling" | "onLabel"> & { version: Version; tip: string | null; onEnd: () => void };

/** What a row says of its version. */
export function Words({ version, tip, labelling, onLabelling, onLabel, onEnd }: WordsProps) {
  // What somebody calls themselves comes from any program.
  const by = cleanName(version.by ?? "");
  return (
    <div className={s.words} role="gridcell">
      <div className={s.head}>
        {labelling === version.id ? (
          <LabelField version={version} onEnd={onEnd} onLabel={(label) => onLabel(version, label)} />
        ) : (
          <span className={`${s.name} cut ${version.label === null ? "dim" : ""}`} dir="auto" title={nameOf(version)} onDoubleClick={(event) => (event.stopPropagation(), onLabelling(version.id))}>
            {nameOf(version)}
          </span>
        )}
        {version.published ? <Chip>Published</Chip> : null}
        {tip === null ? null : <Branch name={tip} />}
      </div>
      <span className="faint cut">
        <Ago at={version.created_at} />
        {by === "" ? null : (
          <>
            {" by "}
            <bdi>{by}</bdi>
          </>
        )}
        {" · "}
        {plural(version.node_count, "node")}
        {version.auto ? " · automatic" : ""}
      </span>
    </div>
  );
}

function Branch({ name, isHere = false }: { name: string; isHere?: boolean }) {
  return (
    <span className={`${s.branch} ${isHere ? s.here : ""} cut`} title={isHere ? `The draft is on the branch ${name}` : `The branch ${name} ends here`} dir="auto">
      {name}
    </span>
  );
}

/** A label written where it stands: Enter takes it, Escape leaves it, nothing in it takes it away. */
function LabelField({ version, onLabel, onEnd }: { version: Version; onLabel: (label: string | null) => void; onEnd: () => void }) {
  const [text, setText] = useState(version.label ?? "");
  const isOver = useRef(false);
  const end = (isTaken: boolean) => {
    if (isOver.current) return;
    isOver.current = true;
    const label = text.trim() === "" ? null : text.trim();
    if (isTaken && label !== version.label) onLabel(label);
    onEnd();
  };
  return (
    <input
      className={`${f.field} ${s.label}`}
      aria-label="Label of the version"
      dir="auto"
      autoFocus
      value={text}
      maxLength={LABEL_MOST}
      placeholder="What this version is"
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={() => end(true)}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          end(event.key === "Enter");
        }
      }}
    />
  );
}

/** The draft, and what of the versions is shown, with the lines between them. */
export function linesOf(versions: readonly Version[], draft: { base: string; branch: string }, withAuto: boolean): Line[] {
  const isShown = ({ auto, label }: Pick<Version, "auto"> & { label?: string | null }) => withAuto || !auto || (label ?? null) !== null;
  const all = [{ id: DRAFT, parent: draft.base, auto: false, label: null }, ...versions];
  const byId = new Map(all.map((one) => [one.id, one]));
  const parents = shownParents(all, (one) => isShown(byId.get(one.id) ?? one));
  const shown = all.filter((one) => parents.has(one.id));
  const lanes = lanesOf(shown, parents);
  const seen = new Set<string>();
  return shown.map((one, at) => {
    const version = one.id === DRAFT ? null : (one as Version);
    // An automatic version is no end of a branch unless nothing else is.
    const tip = version && !version.auto && !seen.has(version.branch) ? version.branch : null;
    if (tip !== null) seen.add(tip);
    return { id: one.id, version, lanes: lanes[at] as LaneRow, tip };
  });
}
