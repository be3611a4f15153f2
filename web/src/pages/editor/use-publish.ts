// Publishing the draft: from then on triggers run it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/calls";
import { THEIRS } from "../../graph/document/document";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";

export function usePublish(session: Session) {
  const client = useQueryClient();
  const [changed, setChanged] = useState(session.changed || session.doc.isChanged);
  useEffect(() => session.doc.listen((edit) => edit.origin !== THEIRS && setChanged(true)), [session]);
  const publishing = useMutation({
    mutationFn: async () => {
      if ((await session.saver.flush()) === null) throw new Error("the last changes are not on the server yet; try again once they are saved");
      const { version } = session.doc;
      await api.publish(session.workflow);
      return version;
    },
    onSuccess: (version) => {
      setChanged(session.doc.version !== version);
      toast("ok", "Published: triggers run this version from now on.");
      void client.invalidateQueries({ queryKey: ["workflow"] });
      void client.invalidateQueries({ queryKey: ["workflows"] });
    },
    onError: (error) => toast("bad", `The draft could not be published. ${sentence(asFailure(error))}`),
  });
  return { changed, isPending: publishing.isPending, publish: () => publishing.mutate() };
}
