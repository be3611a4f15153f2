// What was not taken over as it was: every note of an import, each a way to its node. It stays until somebody closes it.

import { useVirtualizer } from "@tanstack/react-virtual";
import { Copy } from "lucide-react";
import { useRef } from "react";
import type { GraphDocument } from "../../graph/document/document";
import { nameOf, type Kinds } from "../../graph/edit/kinds";
import { Button } from "../../ui/button";
import { copyText } from "../../ui/copy";
import { plural } from "../../ui/format";
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
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: notes.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 8 });
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
      <div ref={list} className={s.list}>
        <ul className={s.inner} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const note = notes[item.index];
            const node = note ? doc.nodes.at(note.slot) : null;
            return note ? (
              <li key={item.key} ref={virtual.measureElement} data-index={item.index} style={{ transform: `translateY(${item.start}px)` }} aria-setsize={notes.length} aria-posinset={item.index + 1}>
                <button type="button" className={s.row} disabled={!node} onClick={() => onSelect(note.slot)}>
                  {node ? (
                    <strong className="cut" dir="auto">
                      {nameOf(node, kinds)}
                    </strong>
                  ) : null}
                  <span dir="auto">{note.message}</span>
                </button>
              </li>
            ) : null;
          })}
        </ul>
      </div>
    </section>
  );
}
