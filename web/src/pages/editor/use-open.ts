// Tells the rest of the page which draft is open, and when the server has all of it.

import { useEffect } from "react";
import { useDocument, type Session } from "../../state/document";
import { tellOpen, tellSaved, type OpenDraft } from "../open-draft";

export function useOpen(session: Session): void {
  useEffect(() => {
    const draft: OpenDraft = {
      workflow: session.workflow,
      size: () => session.doc.nodes.count,
      settle: async () => (await session.saver.flush()) !== null,
    };
    const close = tellOpen(draft);
    const stop = useDocument.subscribe(({ save }, { save: before }) => {
      if (save.kind === "saved" && (before.kind !== "saved" || before.at !== save.at)) tellSaved(draft);
    });
    return () => {
      stop();
      close();
    };
  }, [session]);
}
