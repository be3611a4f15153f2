// Where a workflow's webhooks are called.

import { Copy } from "lucide-react";
import type { FileGraph } from "../graph/file";
import { webhooksOf } from "../graph/webhooks";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import s from "./webhooks.module.css";

export function Webhooks({ graph, workflow, active }: { graph: FileGraph; workflow: string; active: boolean }) {
  const hooks = webhooksOf(graph, workflow);
  if (hooks.length === 0) return null;
  const copy = async (path: string) => {
    const done = await copyText(location.origin + path);
    toast(done ? "plain" : "bad", done ? `Copied ${location.origin}${path}` : "The browser did not allow copying");
  };
  return (
    <ul className={s.hooks} aria-label="Webhooks">
      {hooks.map(({ node, method, path }) => (
        <li key={node} className={s.hook}>
          <span className="mono faint">{method}</span>
          <span className="mono cut" title={location.origin + path}>
            {path}
          </span>
          <Button kind="quiet" iconOnly icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy(path)}>
            {`Copy the address of ${path}`}
          </Button>
        </li>
      ))}
      {active ? null : <li className="faint">Not called now: the workflow is not active.</li>}
    </ul>
  );
}
