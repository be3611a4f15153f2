// What can be done with the workflows that are chosen: a bar in the place of the search, and the questions it asks.

import { Download, FolderInput, Pause, Play, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import type { WorkflowFilter } from "../api/calls";
import { queries } from "../api/queries";
import { commaList } from "../graph/comma-list";
import { chosen, type Choice } from "../graph/choice";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { count, plural } from "../ui/format";
import { EXPORT_MOST, useBulk, useExport } from "./workflow-actions";
import s from "./workflow-bulk.module.css";
import type { Rows } from "./workflow-window";

export type Ask = "tag" | "untag" | "move" | "delete" | null;

interface BulkProps {
  choice: Choice;
  filter: WorkflowFilter;
  rows: Rows;
  onAll: () => void;
  onNone: () => void;
  ask: Ask;
  setAsk: (ask: Ask) => void;
}

export function BulkBar({ choice, filter, rows, onAll, onNone, ask, setAsk }: BulkProps) {
  const bulk = useBulk(filter, () => {
    setAsk(null);
    onNone();
  });
  const exporting = useExport();
  const number = chosen(choice);
  const save = async () => {
    if (number > EXPORT_MOST) return void toast("plain", `At most ${count(EXPORT_MOST)} workflows are exported into one file. Choose fewer, or back up the database.`);
    const ids = choice.all ? (await rows.fetch(0, rows.total - 1)).map((item) => item.id) : [...choice.ids];
    exporting.mutate(ids);
  };
  const icon = { size: 14, "aria-hidden": true } as const;
  const button = (action: "activate" | "deactivate", label: string, Icon: typeof Play) => (
    <Button icon={<Icon {...icon} />} busy={bulk.isPending && bulk.variables.action === action} onClick={() => bulk.mutate({ action, choice })}>
      {label}
    </Button>
  );
  return (
    <div className={s.bar} role="toolbar" aria-label="What is chosen">
      <Button kind="quiet" iconOnly icon={<X {...icon} />} onClick={onNone}>
        Choose none
      </Button>
      <span role="status" className={`${s.count} num`}>
        {choice.all ? `All ${count(number)} chosen` : `${count(number)} chosen`}
      </span>
      {!choice.all && number < rows.total ? (
        <Button kind="quiet" onClick={onAll}>
          {`Choose all ${count(rows.total)}`}
        </Button>
      ) : null}
      <span className={s.actions}>
        {button("activate", "Activate", Play)}
        {button("deactivate", "Deactivate", Pause)}
        <Button icon={<Tag {...icon} />} onClick={() => setAsk("tag")}>
          Tag
        </Button>
        <Button icon={<FolderInput {...icon} />} onClick={() => setAsk("move")}>
          Move
        </Button>
        <Button icon={<Download {...icon} />} busy={exporting.isPending} onClick={() => void save().catch((error: unknown) => toast("bad", String(error)))}>
          Export
        </Button>
        <Button kind="bad" icon={<Trash2 {...icon} />} onClick={() => setAsk("delete")}>
          Delete
        </Button>
      </span>
      {ask === "delete" ? <DeleteDialog number={number} busy={bulk.isPending} onClose={() => setAsk(null)} onDelete={() => bulk.mutate({ action: "delete", choice })} /> : null}
      {ask === "tag" || ask === "untag" ? <TagDialog number={number} busy={bulk.isPending} onClose={() => setAsk(null)} onTag={(action, tags) => bulk.mutate({ action, choice, tags })} /> : null}
      {ask === "move" ? <MoveDialog number={number} busy={bulk.isPending} onClose={() => setAsk(null)} onMove={(folder) => bulk.mutate({ action: "move", choice, folder })} /> : null}
    </div>
  );
}

interface AskProps {
  number: number;
  busy: boolean;
  onClose: () => void;
}

/** Many at once are deleted only by who has written how many. */
const WRITTEN_FROM = 25;

function DeleteDialog({ number, busy, onClose, onDelete }: AskProps & { onDelete: () => void }) {
  const [written, setWritten] = useState("");
  const blocked = number >= WRITTEN_FROM && written.replace(/[\s,.]/g, "") !== String(number);
  return (
    <Dialog
      title={`Delete ${plural(number, "workflow")}?`}
      onClose={onClose}
      onSubmit={() => !blocked && onDelete()}
      actions={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button kind="bad" type="submit" busy={busy} disabled={blocked}>
            {`Delete ${count(number)}`}
          </Button>
        </>
      }
    >
      <p>{number === 1 ? "Its triggers stop, and it cannot be brought back. Executions that it had stay." : "Their triggers stop, and they cannot be brought back. Executions that they had stay."} An export beforehand keeps a copy.</p>
      {number >= WRITTEN_FROM ? <TextField label={`Write ${count(number)} to delete that many`} value={written} onChange={setWritten} inputMode="numeric" /> : null}
    </Dialog>
  );
}

function TagDialog({ number, busy, onClose, onTag }: AskProps & { onTag: (action: "tag" | "untag", tags: readonly string[]) => void }) {
  const known = useQuery(queries.workflowTags()).data ?? [];
  const [text, setText] = useState("");
  const tags = commaList(text);
  return (
    <Dialog
      title={`Tag ${plural(number, "workflow")}`}
      onClose={onClose}
      onSubmit={() => tags.length > 0 && onTag("tag", tags)}
      actions={
        <>
          <Button disabled={tags.length === 0} busy={busy} onClick={() => onTag("untag", tags)}>
            Take off
          </Button>
          <Button kind="primary" type="submit" disabled={tags.length === 0} busy={busy}>
            Add
          </Button>
        </>
      }
    >
      <TextField label="Tags, with commas between them" value={text} onChange={setText} among={known.map((tag) => tag.name)} />
    </Dialog>
  );
}

function MoveDialog({ number, busy, onClose, onMove }: AskProps & { onMove: (folder: string) => void }) {
  const known = useQuery(queries.workflowFolders()).data ?? [];
  const [text, setText] = useState("");
  const folder = folderIn(text);
  return (
    <Dialog
      title={`Move ${plural(number, "workflow")}`}
      onClose={onClose}
      onSubmit={() => onMove(folder)}
      actions={
        <>
          <Button onClick={onClose}>Leave where they are</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {folder === "" ? "Move to the top" : "Move"}
          </Button>
        </>
      }
    >
      <TextField label="Folder; a new name makes one, / makes one inside another" value={text} onChange={setText} among={known.map((one) => one.name)} />
    </Dialog>
  );
}

export function folderIn(text: string): string {
  return text.split("/").map((part) => part.trim()).filter((part) => part !== "").join("/");
}
