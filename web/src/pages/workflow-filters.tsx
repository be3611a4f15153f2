// Which workflows are shown: folders and tags beside the list, or as choices above it where there is no room.

import { useQuery } from "@tanstack/react-query";
import { Folder, FolderOpen, Tag, Workflow } from "lucide-react";
import { useState } from "react";
import { queries } from "../api/queries";
import type { Counted } from "../api/types";
import { branches } from "../graph/folders";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { count } from "../ui/format";
import s from "./workflow-filters.module.css";

export interface FilterProps {
  folder: string;
  tags: readonly string[];
  active: string;
  onFolder: (folder: string | null) => void;
  onTags: (tags: readonly string[]) => void;
  onActive: (active: string | null) => void;
}

const TAGS_SHOWN = 12;

export function FilterPanel(props: FilterProps) {
  const folders = useQuery(queries.workflowFolders()).data;
  const tags = useQuery(queries.workflowTags()).data;
  // Nothing to choose among: the list has the room.
  if (folders?.length === 0 && tags?.length === 0) return null;
  const everything = props.folder === "" && props.tags.length === 0 && props.active === "";
  return (
    <aside className={s.panel} aria-label="Show">
      <ul className={s.list}>
        <li>
          <button
            type="button"
            className={`${s.entry} ${everything ? s.on : ""}`}
            aria-pressed={everything}
            onClick={() => {
              props.onFolder(null);
              props.onTags([]);
              props.onActive(null);
            }}
          >
            <Workflow aria-hidden="true" />
            <span className="cut">All workflows</span>
          </button>
        </li>
      </ul>
      {folders && folders.length > 0 ? (
        <>
          <h2 className={s.head}>Folders</h2>
          <ul className={s.list}>
            {branches(folders).map(({ path, name, depth, count: number }) => {
              const on = path === props.folder;
              const Icon = on ? FolderOpen : Folder;
              return (
                <li key={path}>
                  <button type="button" className={`${s.entry} ${on ? s.on : ""}`} style={{ paddingInlineStart: `calc(var(--s-2) + ${Math.min(depth, 6)} * var(--indent))` }} aria-pressed={on} title={path} onClick={() => props.onFolder(on ? null : path)}>
                    <Icon aria-hidden="true" />
                    <span className="cut" dir="auto">
                      {name}
                    </span>
                    <span className={`${s.number} num`}>{count(number)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      ) : null}
      <Tags known={tags ?? []} chosen={props.tags} onTags={props.onTags} />
    </aside>
  );
}

function Tags({ known, chosen, onTags }: { known: readonly Counted[]; chosen: readonly string[]; onTags: (tags: readonly string[]) => void }) {
  const [whole, setWhole] = useState(false);
  if (known.length === 0) return null;
  const sorted = [...known].sort((a, b) => b.count - a.count);
  const shown = whole ? sorted : sorted.filter((tag, at) => at < TAGS_SHOWN || chosen.includes(tag.name));
  return (
    <>
      <h2 className={s.head}>Tags</h2>
      <ul className={s.list}>
        {shown.map((tag) => {
          const on = chosen.includes(tag.name);
          return (
            <li key={tag.name}>
              <button type="button" className={`${s.entry} ${on ? s.on : ""}`} aria-pressed={on} onClick={() => onTags(on ? chosen.filter((name) => name !== tag.name) : [...chosen, tag.name])}>
                <Tag aria-hidden="true" />
                <span className="cut" dir="auto">
                  {tag.name}
                </span>
                <span className={`${s.number} num`}>{count(tag.count)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {known.length > shown.length ? (
        <Button kind="quiet" onClick={() => setWhole(true)}>
          {`Show all ${count(known.length)}`}
        </Button>
      ) : null}
    </>
  );
}

/** The same as choices in the bar; one tag at a time. */
export function FilterChoices(props: FilterProps) {
  const folders = useQuery(queries.workflowFolders()).data ?? [];
  const tags = useQuery(queries.workflowTags()).data ?? [];
  const named = (first: string, all: readonly string[], value: string) => [["", first] as const, ...[...new Set([...all, ...(value === "" ? [] : [value])])].map((name) => [name, name] as const)];
  return (
    <>
      {folders.length > 0 ? <Select label="Folder" value={props.folder} options={named("Any folder", branches(folders).map((one) => one.path), props.folder)} onChange={props.onFolder} /> : null}
      {tags.length > 0 ? <Select label="Tag" value={props.tags[0] ?? ""} options={named("Any tag", tags.map((tag) => tag.name), props.tags[0] ?? "")} onChange={(tag) => props.onTags(tag === "" ? [] : [tag])} /> : null}
    </>
  );
}
