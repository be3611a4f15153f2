// The address that workflows had before there was an editor: it leads there.

import { useEffect } from "react";
import { navigate } from "../ui/router";
import { editorPath } from "./paths";

export function page({ params }: { params: Record<string, string> }) {
  const id = params["id"] ?? "";
  useEffect(() => navigate(editorPath(id), { replace: true }), [id]);
  return null;
}
