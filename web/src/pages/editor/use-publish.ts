// Publishing the draft: from then on triggers run it.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/client";
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
      setChanged(session.doc.version !== (await publishDraft(session, over)));
      toast("ok", "Published: triggers run this version from now on.");
      void client.invalidateQueries({ queryKey: ["workflow"] });
      void client.invalidateQueries({ queryKey: ["workflows"] });
    } catch (error) {
      const words = `The draft could not be published. ${sentence(asFailure(error))}`;
      // Somebody published beside this draft: theirs stays a version, whoever wants it can still take it.
      if (error instanceof ApiError && error.code === "version_changed") toast("bad", words, { label: "Publish mine over it", run: () => void publish(true) });
      else if (error instanceof ApiError && error.code === "conflicts_open") onConflicts();
      else toast("bad", words);
    } finally {
      setPending(false);
    }
  };
  return { changed, isPending, publish: () => void publish(false) };
}
