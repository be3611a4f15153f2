// Workflow files that are picked or dropped on a page.

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { toast } from "../state/view";
import { plural } from "../ui/format";
import { navigate } from "../ui/router";
import { editorPath } from "./paths";
import { importFiles } from "./run";
import { refreshWorkflows } from "./workflow-actions";

/** Files from the picker or dropped on the page. */
export function useImport() {
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const depth = useRef(0);
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setBusy(true);
    const results = await importFiles(files);
    setBusy(false);
    refreshWorkflows(client);
    for (const { fault, file } of results) if (fault !== null) toast("bad", `${file} was not imported. ${fault}`);
    const done = results.flatMap(({ workflow }) => (workflow ? [workflow] : []));
    const only = done[0];
    if (results.length === 1 && only) navigate(editorPath(only.id));
    else if (done.length > 0) toast("ok", `Imported ${plural(done.length, "workflow")}`);
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const leave = () => {
    depth.current = 0;
    setOver(false);
  };
  return {
    picker,
    over,
    busy,
    picked: (event: React.ChangeEvent<HTMLInputElement>) => {
      void take([...(event.target.files ?? [])]);
      event.target.value = "";
    },
    drop: {
      onDragEnter: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault();
      },
      onDragLeave: () => {
        depth.current -= 1;
        if (depth.current <= 0) leave();
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        leave();
        void take([...event.dataTransfer.files]);
      },
    },
  };
}
