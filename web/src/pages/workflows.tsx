// Workflows: find one among a hundred thousand, run it, bring one in, and do something to many at once.

import { useQueryClient } from "@tanstack/react-query";
import { Copy, Download, FilePlus2, FileUp, FolderInput, Pause, Pencil, Play, Plus, Tag, Trash2, Workflow as WorkflowIcon } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, type WorkflowFilter } from "../api/calls";
import type { WorkflowItem } from "../api/types";
import { choose, chosen, NONE, type Choice } from "../graph/choice";
import { EXAMPLE } from "../graph/example";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { SearchField, Select } from "../ui/field";
import { count } from "../ui/format";
import { PHONE, useDebounced, useMedia } from "../ui/hooks";
import type { MenuEntry } from "../ui/menu";
import { Page, PageHead } from "../ui/panel";
import { Link, navigate, prefetchOnce, useSearch, useSearchAll, useTitle } from "../ui/router";
import { asFailure, Empty, Failed, sentence, Skeleton } from "../ui/states";
import { editorPath } from "./paths";
import { prefetchRoute } from "./routes";
import { useStart } from "./run";
import { refreshWorkflows, useBulk, useDuplicate, useExport, useNewWorkflow } from "./workflow-actions";
import { BulkBar, type Ask } from "./workflow-bulk";
import { FilterChoices, FilterPanel, type FilterProps } from "./workflow-filters";
import { useImport } from "./workflow-import";
import { WorkflowRows } from "./workflow-rows";
import { useRows } from "./workflow-window";
import s from "./workflows.module.css";

const SORTS = [
  ["-updated_at", "Changed last"],
  ["updated_at", "Changed first"],
  ["-last_execution", "Run last"],
  ["name", "Name A–Z"],
  ["-name", "Name Z–A"],
] as const;
const TYPING_MS = 300;
const WIDE = "(min-width: 1200px)";

export function page() {
  useTitle("Workflows");
  const asked = useFilter();
  const { filter, filters } = asked;
  const rows = useRows(filter);
  const [choice, setChoice] = useState<Choice>(NONE);
  const [ask, setAsk] = useState<Ask>(null);
  // What was chosen is of the list that was seen.
  useEffect(() => setChoice(NONE), [filter.q, filter.tag, filter.folder, filter.active]);
  const importing = useImport();
  const making = useNewWorkflow();
  const start = useStart();
  const entries = useEntries(filter, start.mutate, setChoice, setAsk);
  const focus = useRef<(() => void) | null>(null);
  const wide = useMedia(WIDE);
  useEffect(() => prefetchOnce(() => prefetchRoute(editorPath("x"))), []);

  const filtered = filter.q !== "" || filter.tag.length > 0 || filter.folder !== "" || filter.active !== "";
  const nothing = !rows.pending && !rows.error && rows.total === 0;
  return (
    <div className={`${s.drop} ${importing.over ? s.over : ""}`} {...importing.drop}>
      <Page wide>
        <PageHead
          title="Workflows"
          facts={rows.pending ? null : <span className="faint num">{count(rows.total)}</span>}
          actions={<HeadActions importing={importing} making={making.isPending} onNew={() => making.mutate(filter.folder)} />}
        />
        <div className={s.body}>
          {wide && !(nothing && !filtered) ? <FilterPanel {...filters} /> : null}
          <div className={s.list}>
            {chosen(choice) > 0 ? (
              <BulkBar choice={choice} filter={filter} rows={rows} ask={ask} setAsk={setAsk} onNone={() => setChoice(NONE)} onAll={() => setChoice({ all: true, count: rows.total })} />
            ) : nothing && !filtered ? null : (
              <FindBar asked={asked} wide={wide} onLeave={() => focus.current?.()} />
            )}
            <div className={`${s.table} ${nothing || rows.error ? s.bare : ""}`}>
              {rows.pending ? (
                <Skeleton rows={10} />
              ) : rows.error ? (
                <Failed error={rows.error} what="Workflows could not be read" retry={rows.retry} />
              ) : !nothing ? (
                <WorkflowRows rows={rows} choice={choice} onChoice={setChoice} run={start.mutate} running={start.isPending ? start.variables.id : null} entries={entries} onDelete={() => setAsk("delete")} focus={focus} />
              ) : filtered ? (
                <NoMatch q={filter.q} onClear={asked.clear} />
              ) : (
                <NoWorkflows onPick={() => importing.picker.current?.click()} onNew={() => making.mutate("")} />
              )}
            </div>
          </div>
        </div>
      </Page>
      {importing.over ? <p className={s.hint}>Drop to import</p> : null}
    </div>
  );
}

function HeadActions({ importing, making, onNew }: { importing: ReturnType<typeof useImport>; making: boolean; onNew: () => void }) {
  const phone = useMedia(PHONE);
  return (
    <>
      <input ref={importing.picker} type="file" accept=".json,application/json" multiple hidden onChange={importing.picked} aria-label="Workflow files" />
      <Button icon={<FileUp size={14} aria-hidden="true" />} iconOnly={phone} busy={importing.busy} onClick={() => importing.picker.current?.click()}>
        Import
      </Button>
      <Button kind="primary" icon={<Plus size={14} aria-hidden="true" />} busy={making} onClick={onNew}>
        New workflow
      </Button>
    </>
  );
}

/** Search and filters; `onLeave` gives the keyboard to the list. */
function FindBar({ asked, wide, onLeave }: { asked: ReturnType<typeof useFilter>; wide: boolean; onLeave: () => void }) {
  const { filter, filters } = asked;
  return (
    <div className={s.bar}>
      <SearchField
        label="Search workflows"
        value={asked.text}
        onChange={asked.setText}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "Enter") return;
          event.preventDefault();
          onLeave();
        }}
      />
      <div className={s.choices}>
        {wide ? null : <FilterChoices {...filters} />}
        <Select label="Which" value={filter.active} options={[["", "Active or not"], ["true", "Active"], ["false", "Inactive"]]} onChange={filters.onActive} />
        <Select label="Sort" value={asked.sort} options={SORTS} onChange={asked.setSort} />
      </div>
    </div>
  );
}

/** What is shown stands in the address, so that a link leads to the same list. A search is asked once the typing rests. */
function useFilter() {
  const [q, setQ] = useSearch("q");
  const [text, setText] = useState(q);
  const rested = useDebounced(text, TYPING_MS);
  useEffect(() => setQ(rested), [rested, setQ]);
  const [tags, setTags] = useSearchAll("tag");
  const [folder, setFolder] = useSearch("folder");
  const [active, setActive] = useSearch("active");
  const [sortParam, setSort] = useSearch("sort");
  const sort = sortParam === "" ? "-updated_at" : sortParam;
  const filter = useMemo<WorkflowFilter>(() => ({ q: rested.trim(), sort, tag: tags, folder, active }), [rested, sort, tags, folder, active]);
  const filters: FilterProps = { folder, tags, active, onFolder: setFolder, onTags: setTags, onActive: setActive };
  const clear = () => {
    setText("");
    setTags([]);
    setFolder(null);
    setActive(null);
  };
  return { filter, text, setText, filters, sort, setSort: (value: string) => setSort(value === "-updated_at" ? null : value), clear };
}

/** What the menu of a row offers. */
function useEntries(filter: WorkflowFilter, run: (item: WorkflowItem) => void, setChoice: (choice: Choice) => void, setAsk: (ask: Ask) => void) {
  const duplicate = useDuplicate();
  const exporting = useExport();
  const bulk = useBulk(filter, () => undefined);
  const icon = { "aria-hidden": true } as const;
  return (item: WorkflowItem): MenuEntry[] => {
    const only = choose(NONE, [item.id], true);
    const asked = (ask: Ask) => () => {
      setChoice(only);
      setAsk(ask);
    };
    const off = item.active === false;
    return [
      { label: "Open", icon: <Pencil {...icon} />, to: editorPath(item.id), keys: "↵" },
      { label: "Run", icon: <Play {...icon} />, onPick: () => run(item), keys: "Ctrl ↵" },
      { label: off ? "Activate" : "Deactivate", icon: off ? <Play {...icon} /> : <Pause {...icon} />, onPick: () => bulk.mutate({ action: off ? "activate" : "deactivate", choice: only }) },
      "line",
      { label: "Duplicate", icon: <Copy {...icon} />, onPick: () => duplicate.mutate(item) },
      { label: "Tag", icon: <Tag {...icon} />, onPick: asked("tag") },
      { label: "Move to a folder", icon: <FolderInput {...icon} />, onPick: asked("move") },
      { label: "Export", icon: <Download {...icon} />, onPick: () => exporting.mutate([item.id]) },
      "line",
      { label: "Delete", icon: <Trash2 {...icon} />, tone: "bad", onPick: asked("delete"), keys: "Del" },
    ];
  };
}

function NoMatch({ q, onClear }: { q: string; onClear: () => void }) {
  return (
    <Empty title={q === "" ? "No workflow is like this" : `No workflow matches “${q}”`} actions={<Button onClick={onClear}>Show all</Button>}>
      {q === "" ? "Choose another folder or tag." : "The search looks at names, tags and descriptions."}
    </Empty>
  );
}

function NoWorkflows({ onPick, onNew }: { onPick: () => void; onNew: () => void }) {
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const add = async () => {
    setBusy(true);
    try {
      const workflow = await api.createWorkflow(JSON.stringify(EXAMPLE));
      refreshWorkflows(client);
      navigate(editorPath(workflow.id));
    } catch (error) {
      toast("bad", `The example could not be added. ${sentence(asFailure(error))}`);
      setBusy(false);
    }
  };
  return (
    <Empty
      icon={<WorkflowIcon aria-hidden="true" />}
      title="No workflows yet"
      actions={
        <>
          <Button kind="primary" icon={<FilePlus2 size={14} aria-hidden="true" />} onClick={onNew}>
            Draw one
          </Button>
          <Link to="/templates" className={b.button}>
            Choose a template
          </Link>
          <Button busy={busy} onClick={() => void add()}>
            Add the example
          </Button>
          <Button onClick={onPick}>Import a file</Button>
        </>
      }
    >
      Draw one from nothing, begin with a template, or drop a workflow file anywhere on this page. Graphs from React Flow are workflow files too.
    </Empty>
  );
}
