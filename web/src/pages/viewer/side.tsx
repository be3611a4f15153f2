// What stands beside the graph of somebody who looks on: what the chosen node is set to, else what the workflow is for and what was said
// about it.

import { X } from "lucide-react";
import { useMemo, useState, type RefObject } from "react";
import type { NodeType } from "../../api/types";
import type { CanvasHandle } from "../../canvas/types";
import type { Thread } from "../../graph/comments/threads";
import type { FileNode } from "../../graph/file";
import { kindOf, nameOf } from "../../graph/edit/kinds";
import { words } from "../../graph/summary";
import { CommentList } from "../../panels/comments/comment-list";
import { Button } from "../../ui/button";
import { count } from "../../ui/format";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import { Marked } from "../../ui/marked";
import { Skeleton } from "../../ui/states";
import { useComments } from "../editor/use-comments";
import { useDocValue, useFile, useNode } from "../editor/use-doc";
import { factsOf } from "./facts";
import type { Viewing } from "./open-view";
import s from "./viewer.module.css";

interface SideProps {
  viewing: Viewing;
  kinds: ReadonlyMap<string, NodeType>;
  slot: number;
  canvas: RefObject<CanvasHandle | null>;
}

export function Side(props: SideProps) {
  const { viewing, slot, kinds, canvas } = props;
  const node = useNode(viewing.doc, slot);
  const close = () => {
    viewing.selection.clear();
    canvas.current?.focus();
  };
  return node ? (
    <aside className={s.side} aria-label="Node" onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && close()}>
      {kinds.size === 0 ? <Skeleton rows={6} /> : <NodeFacts {...props} node={node} close={close} />}
    </aside>
  ) : (
    <aside className={s.side} aria-label="Workflow">
      <WorkflowFacts {...props} />
    </aside>
  );
}

function NodeFacts({ viewing, kinds, node, slot, close }: SideProps & { node: FileNode; close: () => void }) {
  const { doc } = viewing;
  const kind = kindOf(kinds, node.type);
  const facts = useMemo(() => factsOf(node, kind), [node, kind]);
  const type = kind?.name ?? (node.type ? words(node.type) : "No type");
  return (
    <>
      <header className={s.head}>
        <NodeTile type={node.type ?? ""} icon={kind?.icon} category={categoryOf(kind?.category, node.type ?? "")} />
        <h2 className="cut" dir="auto">
          {nameOf(node, kinds)}
        </h2>
        <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={close}>
          Close
        </Button>
      </header>
      <div className={s.body} role="group" aria-label="What it is set to" tabIndex={0}>
        <p className="dim">
          {type}
          {kind ? <>: <Marked text={kind.summary} /></> : null}
        </p>
        {facts.length === 0 ? <p className="dim">Nothing is set in this node.</p> : null}
        <dl className={s.facts}>
          {facts.map(({ key, label, text }) => (
            <div key={key}>
              <dt>{label}</dt>
              <dd dir="auto">{text}</dd>
            </div>
          ))}
        </dl>
        {doc.nodes.numberAt(slot) < 0 ? (
          <p className="faint">
            Id <span className="mono">{doc.nodes.key(slot)}</span>
          </p>
        ) : null}
      </div>
    </>
  );
}

function WorkflowFacts({ viewing, canvas, kinds }: SideProps) {
  const { doc } = viewing;
  const { description, tags } = useFile(doc);
  const nodes = useDocValue(doc, (now) => now.nodes.count);
  const edges = useDocValue(doc, (now) => now.edges.count);
  const labels = Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
  return (
    <>
      <div className={s.about}>
        {typeof description === "string" && description !== "" ? <p dir="auto">{description}</p> : null}
        <p className="dim">Choose a node to see what it is set to. Nothing that you do here changes the workflow.</p>
        <dl className={s.counts}>
          <dt>Nodes</dt>
          <dd className="num">{count(nodes)}</dd>
          <dt>Edges</dt>
          <dd className="num">{count(edges)}</dd>
          {labels.length > 0 ? (
            <>
              <dt>Tags</dt>
              <dd dir="auto">{labels.join(", ")}</dd>
            </>
          ) : null}
        </dl>
      </div>
      <Comments viewing={viewing} canvas={canvas} kinds={kinds} />
    </>
  );
}

const nothing = () => undefined;

function Comments({ viewing, canvas, kinds }: Omit<SideProps, "slot">) {
  const { doc } = viewing;
  const comments = useComments(doc);
  const [current, setCurrent] = useState<string | null>(null);
  useDocValue(doc, (now) => now.version); // what nodes are called, and whether they are there
  const { threads, device, me } = comments;
  // Without choosing the node: what it is set to would take the place of what is read.
  const show = ({ node, x, y }: Thread) => {
    const slot = node === null ? undefined : doc.nodes.slot(node);
    if (node === null) canvas.current?.center({ x, y });
    else if (slot !== undefined && doc.nodes.at(slot)) canvas.current?.reveal(slot);
  };
  return (
    <CommentList
      threads={threads}
      shown={{
        me,
        canWrite: false,
        current,
        title: (id) => {
          const node = doc.nodes.get(id);
          return node ? nameOf(node, kinds) : null;
        },
        isUnread: (thread) => device.isUnread(thread),
        isWaiting: () => false,
      }}
      actions={{
        choose: (thread) => {
          setCurrent(thread?.id ?? null);
          if (!thread) return;
          device.see([thread], threads);
          show(thread);
        },
        show: null,
        answer: nothing,
        edit: nothing,
        remove: nothing,
        resolve: nothing,
        reopen: nothing,
        draft: () => "",
        putDraft: nothing,
        leave: () => canvas.current?.focus(),
      }}
      writing={null}
      only={null}
      onAll={nothing}
      onNew={nothing}
      onSend={nothing}
      onStop={nothing}
      onReadAll={() => device.see(threads, threads)}
      keys={null}
    />
  );
}
