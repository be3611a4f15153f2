// Starting an execution, from wherever there is a Run button, and importing a workflow file.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/calls";
import { newKey } from "../api/key";
import { queries } from "../api/queries";
import type { Workflow } from "../api/types";
import { asksForInput } from "../graph/form";
import { readJson } from "../api/exact";
import { toast } from "../state/view";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { editorPath } from "./paths";

/** Starts a workflow with an input given as JSON text and shows its execution live. */
export function useRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, input, key }: { id: string; name: string; input: string; key: string }) => api.execute(id, input, key),
    onSuccess: (accepted) => {
      void client.invalidateQueries({ queryKey: ["executions"] });
      void client.invalidateQueries({ queryKey: ["dashboard"] });
      navigate(`/executions/${encodeURIComponent(accepted.execution_id)}`);
    },
    onError: (error, { name }) => toast("bad", `${name} could not be started. ${sentence(asFailure(error))}`),
  });
}

/** Starts a workflow from a list: at once when an empty input will do, else its page opens, where the input is written. */
export function useStart() {
  const client = useQueryClient();
  const run = useRun();
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) => {
      const { graph } = await client.fetchQuery(queries.workflow(id));
      if (asksForInput(graph)) navigate(editorPath(id));
      // What goes wrong from here on is told by the run itself.
      else await run.mutateAsync(runArgs(id, name)).catch(() => undefined);
    },
    onError: (error, { name }) => toast("bad", `${name} could not be started. ${sentence(asFailure(error))}`),
  });
}

export function runArgs(id: string, name: string, input = "{}") {
  return { id, name, input, key: newKey() };
}

export interface Imported {
  workflow: Workflow | null;
  fault: string | null;
  file: string;
}

/** Sends each file as it is, so that nothing in it is lost on the way; a file without a name gets the file's own. An export of several is taken apart. */
export async function importFiles(files: readonly File[]): Promise<Imported[]> {
  const results = await Promise.all(
    files.map(async (file): Promise<Imported[]> => {
      try {
        const text = await file.text();
        const several = workflowsIn(text);
        if (several === null) return [await send(named(text, file.name.replace(/\.json$/i, "")), file.name)];
        const sent: Imported[] = [];
        for (const one of several) sent.push(await send(one, file.name));
        return sent;
      } catch (error) {
        return [{ workflow: null, fault: sentence(asFailure(error)), file: file.name }];
      }
    }),
  );
  return results.flat();
}

async function send(text: string, file: string): Promise<Imported> {
  try {
    return { workflow: await api.createWorkflow(text), fault: null, file };
  } catch (error) {
    return { workflow: null, fault: sentence(asFailure(error)), file };
  }
}

/** The workflows of a file that holds several, as an export writes it; null for any other file. */
export function workflowsIn(text: string): string[] | null {
  if (!/"workflows"/.test(text.slice(0, 200))) return null;
  try {
    const whole = readJson(text) as { workflows?: unknown; nodes?: unknown };
    return Array.isArray(whole.workflows) && whole.nodes === undefined ? whole.workflows.map((one) => JSON.stringify(one)) : null;
  } catch {
    return null; // what is wrong with it is told where it is read as one workflow
  }
}

function named(text: string, name: string): string {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    throw new Error("this file is not JSON");
  }
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) throw new Error("this file is not a workflow: an object with nodes and edges is expected");
  if ("name" in whole && whole.name !== "") return text;
  const inside = text.trim().slice(1);
  return `{"name":${JSON.stringify(name)}${inside.trim() === "}" ? "" : ","}${inside}`;
}
