// What stands on a canvas without nodes: how to begin. Presses beside its buttons go to the canvas below.

import { FileUp, LayoutGrid, Plus } from "lucide-react";
import type { Host } from "../../graph/commands/registry";
import { Button } from "../../ui/button";
import b from "../../ui/button.module.css";
import { Link } from "../../ui/router";
import s from "./editor.module.css";

export function Blank({ host }: { host: Pick<Host, "show" | "openFile"> }) {
  return (
    <section className={s.blank} aria-labelledby="blank">
      <h2 id="blank">Nothing here yet</h2>
      <p className="dim">
        A workflow begins with a trigger: somebody starts it, or a webhook is called. Take one from the list, paste nodes, or drop a workflow file here.
      </p>
      <p className={s.begin}>
        <Button icon={<Plus size={14} aria-hidden="true" />} onClick={() => host.show("quick_add")}>
          Add a node
        </Button>
        <Button icon={<FileUp size={14} aria-hidden="true" />} onClick={() => host.openFile()}>
          Import a file
        </Button>
        <Link to="/templates" className={b.button}>
          <LayoutGrid size={14} aria-hidden="true" />
          Templates
        </Link>
      </p>
    </section>
  );
}
