// What the workflow is called, what it is for, and where it is found.

import { useState } from "react";
import { commaList } from "../../graph/comma-list";
import type { Session } from "../../state/document";
import f from "../../ui/field.module.css";
import { count } from "../../ui/format";
import { useDocValue, useFile } from "./use-doc";
import s from "./workflow-panel.module.css";

export function Details({ session }: { session: Session }) {
  const { doc } = session;
  const file = useFile(doc);
  const nodes = useDocValue(doc, (now) => now.nodes.count);
  const edges = useDocValue(doc, (now) => now.edges.count);
  const text = (key: string) => (typeof file[key] === "string" ? file[key] : "");
  const set = (key: string, value: unknown) => doc.change(`Change the ${key}`, (edit) => edit.setFile({ [key]: value }), { join: `file/${key}` });
  return (
    <div className={s.details}>
      <label>
        Name
        <input className={f.field} dir="auto" value={text("name")} maxLength={200} onChange={(event) => set("name", event.target.value)} />
      </label>
      <label>
        What it does
        <textarea className={f.field} dir="auto" value={text("description")} onChange={(event) => set("description", event.target.value === "" ? undefined : event.target.value)} />
      </label>
      <Tags tags={Array.isArray(file["tags"]) ? file["tags"].filter((tag) => typeof tag === "string") : []} onTags={(tags) => set("tags", tags.length === 0 ? undefined : tags)} />
      <label>
        Folder
        <input className={f.field} dir="auto" placeholder="Sales/Europe" value={text("folder")} onChange={(event) => set("folder", event.target.value === "" ? undefined : event.target.value)} />
      </label>
      <dl className={s.facts}>
        <dt>Nodes</dt>
        <dd className="num">{count(nodes)}</dd>
        <dt>Edges</dt>
        <dd className="num">{count(edges)}</dd>
        <dt>Id</dt>
        <dd className="mono">{session.workflow}</dd>
      </dl>
    </div>
  );
}

/** Words with commas between them; what is typed stays as it is until the field is left. */
function Tags({ tags, onTags }: { tags: readonly string[]; onTags: (tags: string[]) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const end = () => {
    if (typed !== null) onTags(commaList(typed));
    setTyped(null);
  };
  return (
    <label>
      Tags, with commas between them
      <input className={f.field} dir="auto" value={typed ?? tags.join(", ")} onChange={(event) => setTyped(event.target.value)} onBlur={end} onKeyDown={(event) => event.key === "Enter" && end()} />
    </label>
  );
}
