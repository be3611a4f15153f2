// Beginning with a template: a workflow of one's own is made of it and opened.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/calls";
import { queries } from "../api/queries";
import { toast } from "../state/view";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { editorPath } from "./paths";
import { refreshWorkflows } from "./workflow-actions";

export function useTemplate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) => {
      const { graph, samples = [] } = await client.ensureQueryData(queries.template(id));
      // What to try it with goes along: without an input most templates have nothing to work on.
      return api.createWorkflow(JSON.stringify({ ...graph, ...(samples.length > 0 && { samples }), name }));
    },
    onSuccess: ({ id }) => {
      refreshWorkflows(client);
      navigate(editorPath(id));
    },
    onError: (error, { name }) => toast("bad", `${name} could not be used. ${sentence(asFailure(error))}`),
  });
}
