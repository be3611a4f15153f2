// Renaming a node: what people call it, and the id by which expressions do.

import { useId, useState } from "react";
import type { GraphDocument } from "../../graph/document/document";
import { freeIdFor, setId, setLabel } from "../../graph/edit/settle";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import f from "../../ui/field.module.css";

interface RenameProps {
  doc: GraphDocument;
  slot: number;
  /** The slot is another where the id is. */
  onDone: (slot: number) => void;
  onClose: () => void;
}

export function Rename({ doc, slot, onDone, onClose }: RenameProps) {
  const node = doc.nodes.at(slot);
  const before = typeof node?.data?.["label"] === "string" ? node.data["label"] : "";
  const [label, setText] = useState(before);
  const [id, setIdText] = useState(node?.id ?? "");
  const [fault, setFault] = useState<string | null>(null);
  const help = useId();
  if (!node) return null;
  const save = (dialog: HTMLDialogElement | null) => {
    const join = `rename ${doc.version}`; // both are one step
    const renamed = setId(doc, slot, id, { join });
    if ("refused" in renamed) {
      setFault(renamed.refused);
      return;
    }
    setLabel(doc, renamed.slot, label, { join });
    onDone(renamed.slot);
    dialog?.close();
  };
  return (
    <Dialog
      title="Rename the node"
      onClose={onClose}
      onSubmit={() => save(document.querySelector("dialog[open]"))}
      actions={
        <>
          <Button onClick={(event) => event.currentTarget.closest("dialog")?.close()}>Cancel</Button>
          <Button kind="primary" type="submit">
            Rename
          </Button>
        </>
      }
    >
      <label className={f.label}>
        <span>Name</span>
        <input className={f.field} value={label} placeholder={node.id} dir="auto" autoFocus onFocus={(event) => event.target.select()} onChange={(event) => setText(event.target.value)} />
      </label>
      <label className={f.label}>
        <span>Id</span>
        <input
          className={`${f.field} mono`}
          value={id}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={fault !== null}
          aria-describedby={help}
          onChange={(event) => {
            setIdText(event.target.value);
            setFault(null);
          }}
        />
        <span id={help} className={fault === null ? f.help : f.fault} role={fault === null ? undefined : "alert"}>
          {fault ?? `Expressions call it nodes.${/^[A-Za-z_$][\w$]*$/.test(id) ? id : `["${id}"]`}. Those of this workflow follow when it changes.`}
        </span>
      </label>
      {label.trim() !== "" && id === node.id ? (
        <span>
          <Button kind="quiet" onClick={() => setIdText(freeIdFor(doc, label))}>
            Take the id from the name
          </Button>
        </span>
      ) : null}
    </Dialog>
  );
}
