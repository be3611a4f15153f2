// Choosing a node from a list: what to connect to, where to move into.

import { Search } from "lucide-react";
import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from "react";
import { best } from "../../graph/commands/fuzzy";
import type { GraphDocument } from "../../graph/document/document";
import { kindOf, nameOf, type Kinds } from "../../graph/edit/kinds";
import { Modal } from "../../ui/dialog";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import { Lit, PickList, type PickRow } from "./pick-list";

interface ChooseNodeProps {
  doc: GraphDocument;
  kinds: Kinds;
  title: string;
  /** What may be chosen, in the order it is shown in. */
  slots: readonly number[];
  /** Why one of them cannot be chosen now; null where it can. */
  refuses?: (slot: number) => string | null;
  onChoose: (slot: number) => void;
  onClose: () => void;
  empty: ReactNode;
}

const SHOWN_MOST = 2_000;

export function ChooseNode({ doc, kinds, title, slots, refuses, onChoose, onClose, empty }: ChooseNodeProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState("");
  const late = useDeferredValue(query);
  const rows = useMemo(() => {
    const found = late.trim() === "" ? slots.slice(0, SHOWN_MOST).map((entry) => ({ entry, match: { score: 0, at: [] as number[] } })) : best(late, slots, (slot) => nameOf(doc.nodes.at(slot), kinds), SHOWN_MOST);
    return found.map(({ entry: slot, match }): PickRow => {
      const node = doc.nodes.at(slot);
      const kind = kindOf(kinds, node?.type);
      const why = refuses?.(slot) ?? null;
      const name = nameOf(node, kinds).slice(0, 160);
      return {
        key: String(slot),
        title: <Lit text={name} at={match.at} />,
        name: why === null ? name : `${name}: ${why}`,
        // Nodes without a label are called as their type is: their ids tell them apart.
        detail: why ?? (name === kind?.name ? node?.id : (kind?.name ?? node?.type)),
        disabled: why !== null,
        icon: <NodeTile type={node?.type ?? ""} icon={kind?.icon} category={categoryOf(kind?.category, node?.type ?? "")} size="s" />,
      };
    });
  }, [doc, kinds, slots, refuses, late]);
  return (
    <Modal ref={dialog} size="list" name={{ label: title }} onClose={onClose}>
      <PickList
        label={title}
        placeholder={`${title}…`}
        icon={<Search aria-hidden="true" />}
        query={query}
        onQuery={setQuery}
        rows={rows}
        isLate={late !== query}
        onClose={() => dialog.current?.close()}
        onPick={(key) => {
          const row = rows.find((one) => one.key === key);
          if (row?.disabled) return;
          dialog.current?.close();
          onChoose(Number(key));
        }}
        empty={query.trim() === "" ? empty : "No node is called so."}
      />
    </Modal>
  );
}
