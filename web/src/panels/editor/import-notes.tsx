// What was not taken over as it was: every note of an import, each a way to its node. It stays until somebody closes it.

import { Copy } from "lucide-react";
import type { GraphDocument } from "../../graph/document/document";
import { nameOf, type Kinds } from "../../graph/edit/kinds";
import { Button } from "../../ui/button";
import { copyText } from "../../ui/copy";
import { plural } from "../../ui/format";
import { RowList } from "../../ui/row-list";
import { useDocumentVersion } from "./use-document";
import type { TakenNote } from "./take";
import s from "./import-notes.module.css";

interface ImportNotesProps {
  doc: GraphDocument;
  kinds: Kinds;
  notes: readonly TakenNote[];
  /** What it came from: “n8n”. */
  source: string;
  onSelect: (slot: number) => void;
  onDone: () => void;
}

const ROW = 48;

export function ImportNotes({ doc, kinds, notes, source, onSelect, onDone }: ImportNotesProps) {
  useDocumentVersion(doc);
  const text = () => notes.map((note) => `${nameOf(doc.nodes.at(note.slot), kinds)}${note.slot < 0 ? "" : ": "}${note.message}`).join("\n");
  return (
    <section className={s.root} aria-label="Notes of the import">
      <header className={s.head}>
        <h2>{plural(notes.length, "note")} on what came from {source}</h2>
        <p className="faint">The rest was taken over as it was. Check these before you run it.</p>
        <div className={s.tools}>
          <Button kind="quiet" icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copyText(text())}>
            Copy all
          </Button>
          <Button onClick={onDone}>Done</Button>
        </div>
      </header>
      <RowList items={notes} row={ROW} isOff={({ slot }) => !doc.nodes.at(slot)} onPress={({ slot }) => onSelect(slot)}>
        {({ slot, message }) => {
          const node = doc.nodes.at(slot);
          return (
            <span className={s.note}>
              {node ? (
                <strong className="cut" dir="auto">
                  {nameOf(node, kinds)}
                </strong>
              ) : null}
              <span dir="auto">{message}</span>
            </span>
          );
        }}
      </RowList>
    </section>
  );
}
