// The address under which somebody looks on at a workflow, for others.

import { toast } from "../state/view";
import { copyText } from "../ui/copy";
import { viewPath } from "./paths";

/** Puts it on the clipboard, and says so. */
export async function copyViewLink(workflow: string): Promise<void> {
  const link = new URL(viewPath(workflow), location.origin).href;
  if (await copyText(link)) toast("ok", "The link is copied. Who opens it sees what you do, as you do it, and cannot change the workflow there.");
  else toast("bad", `This browser does not let the link be copied. It is ${link}`);
}
