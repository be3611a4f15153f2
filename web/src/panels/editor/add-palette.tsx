// Node types to add: in the panel at the left, and in a small sheet at a place. Picked by key or press, or dragged to the canvas.

import { Search, X } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { best } from "../../graph/commands/fuzzy";
import type { GraphDocument } from "../../graph/document/document";
import { DRAGGED_KIND, nameOf, type Kind, type Kinds } from "../../graph/edit/kinds";
import { quoted } from "../../graph/edit/names";
import { shelves, suggest } from "../../graph/edit/suggest";
import { Button, Key } from "../../ui/button";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import { putInside, usePopover } from "../../ui/popover";
import s from "./add-palette.module.css";
import { Lit, PickList, type PickRow } from "./pick-list";
import { useDocumentText } from "./use-document";

interface KindListProps {
  doc: GraphDocument;
  kinds: Kinds;
  /** The node after which something is added, -1 for none. */
  after: number;
  /** `beside`: as a node of its own even where it could be connected. */
  onPick: (kind: Kind, beside: boolean) => void;
  /** Which types may be picked; all if absent. */
  fits?: (kind: Kind) => boolean;
  onClose?: () => void;
  draggable?: boolean;
  inputRef?: React.RefObject<HTMLInputElement | null>;
  label?: string;
}

function KindList({ doc, kinds, after, onPick, fits, onClose, draggable = false, inputRef, label = "Add a node" }: KindListProps) {
  const [query, setQuery] = useState("");
  const suggested = useSuggested(doc, kinds, after);
  const all = useMemo(() => shelves(kinds).map((shelf) => ({ ...shelf, kinds: fits ? shelf.kinds.filter(fits) : shelf.kinds })), [kinds, fits]);
  const rows = useMemo(() => {
    const row = (kind: Kind, prefix: string, lit: readonly number[] = []): PickRow => ({
      key: `${prefix}:${kind.id}`,
      title: <Lit text={kind.name} at={lit} />,
      name: `${kind.name}: ${kind.summary}`,
      icon: <NodeTile type={kind.id} icon={kind.icon} category={categoryOf(kind.category, kind.id)} size="s" />,
      ...(query !== "" && { detail: kind.summary }),
      ...(draggable && {
        onDragStart: (event) => {
          event.dataTransfer.setData(DRAGGED_KIND, kind.id);
          event.dataTransfer.effectAllowed = "copy";
        },
      }),
    });
    if (query.trim() !== "") {
      const named = best(query, all.flatMap((shelf) => shelf.kinds), (kind) => kind.name);
      const found = new Set(named.map(({ entry }) => entry));
      const rest = all.flatMap((shelf) => shelf.kinds).filter((kind) => !found.has(kind));
      const told = best(query, rest, (kind) => `${kind.id} ${(kind.aliases ?? []).join(" ")} ${kind.summary}`).filter(({ match }) => match.score > 30);
      return [...named.map(({ entry, match }) => row(entry, "found", match.at)), ...told.map(({ entry }) => row(entry, "told"))];
    }
    const next = suggested.kinds.filter((kind) => fits?.(kind) ?? true);
    const list: PickRow[] = next.length > 0 ? [{ key: "suggested", heading: suggested.heading }, ...next.map((kind) => row(kind, "suggested"))] : [];
    for (const shelf of all) if (shelf.kinds.length > 0) list.push({ key: shelf.title, heading: shelf.title }, ...shelf.kinds.map((kind) => row(kind, shelf.title)));
    return list;
  }, [all, query, suggested, fits, draggable]);

  return (
    <PickList
      label={label}
      placeholder={`${label}…`}
      icon={<Search aria-hidden="true" />}
      hint={draggable ? <Key>/</Key> : null}
      query={query}
      // The key that leads here is no search.
      onQuery={(text) => setQuery(text === "/" ? "" : text)}
      rows={rows}
      {...(inputRef && { inputRef })}
      {...(onClose && { onClose })}
      onPick={(key, event) => {
        const kind = kinds.get(key.slice(key.indexOf(":") + 1));
        if (!kind) return;
        onPick(kind, event.altKey);
        // What comes next is another search, which begins with what may follow the new node.
        setQuery("");
      }}
      empty={
        kinds.size === 0 ? "The node types are still on their way from the server." : <>No node type is called {quoted(query)}. Try what it should do: “wait”, “list”, “http”.</>
      }
    />
  );
}

/** What to offer after a node. Most edits do not change it, so the list is told by its words. */
function useSuggested(doc: GraphDocument, kinds: Kinds, after: number): { heading: string; kinds: readonly Kind[] } {
  const read = useCallback(() => {
    const node = doc.nodes.at(after);
    return JSON.stringify([node ? `Suggested after ${quoted(nameOf(node, kinds))}` : "To begin with", ...suggest(doc, kinds, after).map(({ id }) => id)]);
  }, [doc, kinds, after]);
  const text = useDocumentText(doc, read);
  return useMemo(() => {
    const [heading = "", ...ids] = JSON.parse(text) as string[];
    return { heading, kinds: ids.flatMap((id) => kinds.get(id) ?? []) };
  }, [text, kinds]);
}

interface AddPaletteProps {
  doc: GraphDocument;
  kinds: Kinds;
  after: number;
  onPick: (kind: Kind, beside: boolean) => void;
  inputRef?: React.RefObject<HTMLInputElement | null>;
  /** Where there is little room it is a sheet that closes. */
  onClose?: () => void;
}

export function AddPalette({ onClose, ...rest }: AddPaletteProps) {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  return (
    <section className={s.palette} aria-label="Node types">
      {onClose ? (
        <header className={s.head}>
          <h2>Add a node</h2>
          <Button kind="quiet" iconOnly icon={<X aria-hidden="true" />} onClick={onClose}>
            Close
          </Button>
        </header>
      ) : null}
      <KindList {...rest} draggable={!isTouch} {...(onClose && { onClose })} />
    </section>
  );
}

interface QuickAddProps extends AddPaletteProps {
  /** Where it opens, in pixels of the window. */
  at: { x: number; y: number };
  onClose: () => void;
  fits?: (kind: Kind) => boolean;
  label?: string;
}

const GAP = 8;

/** The same list at a place: at the end of an edge that was let go, after a node, in place of one. */
export function QuickAdd({ at, onClose, onPick, ...rest }: QuickAddProps) {
  const { root } = usePopover({ at: `${at.x} ${at.y}`, onClose, place: (sheet) => putInside(sheet, at.x, at.y, GAP), onShown: (sheet) => sheet.querySelector("input")?.focus() });
  return (
    <div ref={root} popover="manual" className={s.quick} role="dialog" aria-label={rest.label ?? "Add a node"} onKeyDown={(event) => event.stopPropagation()}>
      <KindList
        {...rest}
        onClose={onClose}
        onPick={(kind, beside) => {
          onClose();
          onPick(kind, beside);
        }}
      />
    </div>
  );
}
