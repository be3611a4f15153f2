// One workflow in the list. It is drawn again only when what it shows changes: scrolling past a hundred thousand costs the same as past ten.

import { EllipsisVertical, Folder, Play } from "lucide-react";
import { memo, type MouseEvent } from "react";
import type { WorkflowItem } from "../api/types";
import { Thumbnail } from "../panels/preview";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { duration, plural, statusWord } from "../ui/format";
import { Menu, type MenuEntry } from "../ui/menu";
import { Link } from "../ui/router";
import { StatusIcon } from "../ui/status";
import { Ago } from "../ui/time";
import { editorPath, executionPath } from "./paths";
import s from "./workflow-row.module.css";

/** What a row asks its list for. One object for all rows, which never changes. */
export interface RowActions {
  toggle: (row: number, item: WorkflowItem, spanned: boolean) => void;
  run: (item: WorkflowItem) => void;
  entries: (item: WorkflowItem) => readonly MenuEntry[];
}

const TAGS_SHOWN = 3;

export interface RowProps {
  item: WorkflowItem | undefined;
  row: number;
  top: number;
  height: number;
  compact: boolean;
  chosen: boolean;
  active: boolean;
  busy: boolean;
  actions: RowActions;
}

export const WorkflowRow = memo(function WorkflowRow({ item, row, top, height, compact, chosen, active, busy, actions }: RowProps) {
  const place = { transform: `translateY(${top}px)`, height };
  if (!item) {
    return (
      <div role="row" aria-rowindex={row + 1} aria-busy="true" className={`${s.row} ${s.placed} ${s.coming}`} style={place}>
        <span role="gridcell" aria-label="Loading" />
        <i className={s.bone} />
        <i className={s.bone} />
      </div>
    );
  }
  const reach = active ? 0 : -1;
  const onContextMenu = (event: MouseEvent) => {
    // A long press on a touch screen chooses the row; the mouse's menu stays the browser's.
    if ((event.nativeEvent as PointerEvent).pointerType !== "touch") return;
    event.preventDefault();
    actions.toggle(row, item, false);
  };
  return (
    <div
      role="row"
      id={`workflow-${item.id}`}
      aria-rowindex={row + 1}
      aria-selected={chosen}
      className={`${s.row} ${s.placed} ${active ? s.active : ""} ${chosen ? s.chosen : ""} ${compact ? s.compact : ""}`}
      style={place}
      onContextMenu={onContextMenu}
    >
      <span role="gridcell" className={s.check}>
        <input type="checkbox" checked={chosen} tabIndex={reach} aria-label={`Choose ${item.name}`} onChange={() => undefined} onClick={(event) => actions.toggle(row, item, event.shiftKey)} />
      </span>
      <span role="gridcell" className={s.picture}>
        <Thumbnail preview={item.preview} />
      </span>
      <Name item={item} reach={reach} />
      <span role="gridcell" className={`${s.nodes} num dim`}>
        {plural(item.node_count, "node")}
      </span>
      <span role="gridcell" className={s.last}>
        <Last item={item} reach={reach} />
      </span>
      <span role="gridcell" className={`${s.changed} dim`}>
        <Ago at={item.updated_at} />
      </span>
      <span role="gridcell" className={s.tools}>
        <Button icon={<Play size={12} aria-hidden="true" fill="currentColor" />} busy={busy} tabIndex={reach} className={s.run} onClick={() => actions.run(item)} aria-label={`Run ${item.name}`}>
          Run
        </Button>
        <Menu label={`More for ${item.name}`} className={`${b.button} ${b.quiet} ${b.iconOnly}`} tabIndex={reach} entries={() => actions.entries(item)}>
          <EllipsisVertical size={16} aria-hidden="true" />
        </Menu>
      </span>
    </div>
  );
});

function Name({ item, reach }: { item: WorkflowItem; reach: number }) {
  return (
    <span role="gridcell" className={s.name}>
      <span className={s.title}>
        <Link to={editorPath(item.id)} className={`${s.link} cut`} dir="auto" title={item.name} tabIndex={reach}>
          {item.name}
        </Link>
        {item.active === false ? <span className={s.off}>inactive</span> : null}
      </span>
      {item.description ? (
        <span className={`${s.description} cut`} dir="auto">
          {item.description}
        </span>
      ) : null}
      {item.folder || item.tags?.length ? (
        <span className={s.marks} title={[item.folder, ...(item.tags ?? [])].filter(Boolean).join(" · ")}>
          {item.folder ? (
            <span className={s.folder} dir="auto">
              <Folder aria-hidden="true" />
              <span className="cut">{item.folder}</span>
            </span>
          ) : null}
          {item.tags?.slice(0, TAGS_SHOWN).map((tag) => (
            <span key={tag} className={`${s.tag} cut`} dir="auto">
              {tag}
            </span>
          ))}
          {(item.tags?.length ?? 0) > TAGS_SHOWN ? <span className="faint">+{(item.tags?.length ?? 0) - TAGS_SHOWN}</span> : null}
        </span>
      ) : null}
    </span>
  );
}

function Last({ item, reach }: { item: WorkflowItem; reach: number }) {
  const last = item.last_execution;
  if (!last) return <span className="faint">Not run yet</span>;
  return (
    <Link to={executionPath(last.id)} className={s.lastLink} tabIndex={reach}>
      <StatusIcon status={last.status} />
      <span className="cut">
        {statusWord(last.status)} <span className="faint">· {last.duration_ms === null ? <Ago at={last.started_at} /> : duration(last.duration_ms)}</span>
      </span>
    </Link>
  );
}

/** Names of the columns, and the box that chooses all. */
export function WorkflowHead({ all, some, onAll }: { all: boolean; some: boolean; onAll: (on: boolean) => void }) {
  return (
    <div className={`${s.row} ${s.head}`}>
      <label className={s.check}>
        <input
          type="checkbox"
          checked={all}
          aria-label="Choose all"
          ref={(box) => {
            if (box) box.indeterminate = some && !all;
          }}
          onChange={(event) => onAll(event.target.checked)}
        />
      </label>
      <span aria-hidden="true" />
      <span aria-hidden="true" className={s.name}>
        Name
      </span>
      <span aria-hidden="true" className={s.nodes}>
        Nodes
      </span>
      <span aria-hidden="true">Last execution</span>
      <span aria-hidden="true">Changed</span>
      <span aria-hidden="true" />
    </div>
  );
}
