// Publishing the draft: from then on triggers run it.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { tellChanged, useDocument, type Session } from "../../state/document";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";
import type { Parts } from "./use-parts";

/** Where it cannot be, it leads to what must be settled or mended first. */
export function usePublish(session: Session, parts: Parts) {
  const client = useQueryClient();
  const changed = useDocument((state) => state.isChanged);
  const [isPending, setPending] = useState(false);
  const publish = async (over: boolean) => {
    setPending(true);
    try {
      const { publishDraft } = await import("./actions");
      const version = await publishDraft(session, { over, again: () => void publish(true), parts });
      if (version === null) return;
      tellChanged(session.doc, session.doc.version !== version);
      void client.invalidateQueries({ queryKey: ["versions", session.workflow] });
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
