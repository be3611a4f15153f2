// Publishing the draft: from then on triggers run it.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";

/** `onConflicts` leads to what must be settled first. */
export function usePublish(session: Session, onConflicts: () => void) {
  const client = useQueryClient();
  const [changed, setChanged] = useState(session.changed || session.doc.isChanged);
  const [isPending, setPending] = useState(false);
  useEffect(() => session.doc.listen(() => setChanged(true)), [session]);
  const publish = async (over: boolean) => {
    setPending(true);
    try {
      const { publishDraft } = await import("./actions");
      const version = await publishDraft(session, { over, again: () => void publish(true), onConflicts });
      if (version === null) return;
      setChanged(session.doc.version !== version);
      void client.invalidateQueries({ queryKey: ["workflow"] });
      void client.invalidateQueries({ queryKey: ["workflows"] });
    } catch (error) {
      // Only what publishes can say why: it did not come.
      toast("bad", `The draft could not be published. ${sentence(asFailure(error))}`);
    } finally {
      setPending(false);
    }
  };
  return { changed, isPending, publish: () => void publish(false) };
}
