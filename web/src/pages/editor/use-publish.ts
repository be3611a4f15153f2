// Publishing the draft: from then on triggers run it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/calls";
import { ApiError } from "../../api/client";
import { THEIRS } from "../../graph/document/document";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";

export function usePublish(session: Session) {
  const client = useQueryClient();
  const [changed, setChanged] = useState(session.changed || session.doc.isChanged);
  useEffect(() => session.doc.listen((edit) => edit.origin !== THEIRS && setChanged(true)), [session]);
  const publishing = useMutation({
    mutationFn: async (over: boolean) => {
      if ((await session.saver.flush()) === null) throw new Error("the last changes are not on the server yet; try again once they are saved");
      const { version } = session.doc;
      await api.publish(session.workflow, over ? (await api.workflow(session.workflow)).version : null);
      return version;
    },
    onSuccess: (version) => {
      setChanged(session.doc.version !== version);
      toast("ok", "Published: triggers run this version from now on.");
      void client.invalidateQueries({ queryKey: ["workflow"] });
      void client.invalidateQueries({ queryKey: ["workflows"] });
    },
    onError: (error) => {
      const words = `The draft could not be published. ${sentence(asFailure(error))}`;
      // Somebody published beside this draft: theirs stays a version, whoever wants it can still take it.
      if (error instanceof ApiError && error.code === "version_changed") toast("bad", words, { label: "Publish mine over it", run: () => publishing.mutate(true) });
      else toast("bad", words);
    },
  });
  return { changed, isPending: publishing.isPending, publish: () => publishing.mutate(false) };
}
