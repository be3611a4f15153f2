// The editor: one workflow's draft, drawn, changed, run, and kept saved all the while.

import { isMissing } from "../api/client";
import { Failed, Skeleton } from "../ui/states";
import { useEarlyKeys } from "./editor/early-keys";
import { Editor } from "./editor/editor";
import { useSession } from "./editor/use-session";
import { NotFound } from "./not-found";

export function page({ params }: { params: Record<string, string> }) {
  const id = params["id"] ?? "";
  const opened = useSession(id);
  useEarlyKeys(id);
  switch (opened.kind) {
    case "opening":
      return <Skeleton rows={3} kind="block" />;
    case "failed":
      return isMissing(opened.error) ? <NotFound /> : <Failed error={opened.error} what="This workflow could not be opened" retry={opened.retry} />;
    case "open":
      return <Editor key={id} session={opened.session} />;
  }
}
