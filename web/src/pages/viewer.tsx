// A workflow to look at: what others do to it is seen at once, and nothing here changes it.

import { isMissing } from "../api/client";
import { Failed, Skeleton } from "../ui/states";
import { NotFound } from "./not-found";
import { useView } from "./viewer/use-view";
import { Viewer } from "./viewer/viewer";

export function page({ params }: { params: Record<string, string> }) {
  const id = params["id"] ?? "";
  const viewed = useView(id);
  switch (viewed.kind) {
    case "opening":
      return <Skeleton rows={3} kind="block" />;
    case "failed":
      return isMissing(viewed.error) ? <NotFound /> : <Failed error={viewed.error} what="This workflow could not be opened" retry={viewed.retry} />;
    case "open":
      return <Viewer key={id} viewing={viewed.viewing} />;
  }
}
