// What is done to workflows from a list: new, duplicate, export, and one action for many.

import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, type WorkflowFilter } from "../api/calls";
import type { BulkAnswer, BulkTarget, Workflow, WorkflowBulkAction, WorkflowItem } from "../api/types";
import { copyName, type Choice } from "../graph/choice";
import { toast } from "../state/view";
import { saveFile } from "../ui/copy";
import { count, plural } from "../ui/format";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { editorPath } from "./paths";

const BATCH = 100;
/** Ids that one request may name. */
const IDS_MOST = 1_000;
/** More in one file than these would be too much to hold. */
export const EXPORT_MOST = 1_000;

export function refreshWorkflows(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ["workflows"] });
  void client.invalidateQueries({ queryKey: ["dashboard"] });
}

/** Makes a workflow without nodes and opens it. */
export function useNewWorkflow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (folder: string) => api.createWorkflow(JSON.stringify({ name: "New workflow", ...(folder === "" ? {} : { folder }), nodes: [], edges: [] })),
    onSuccess: ({ id }) => {
      refreshWorkflows(client);
      navigate(editorPath(id));
    },
    onError: (error) => toast("bad", `A new workflow could not be made. ${sentence(asFailure(error))}`),
  });
}

/** The file of a workflow, with what the list says of it now. Numbers stay as they were written. */
export function fileOf({ graph, name, description, tags, folder }: Workflow): Record<string, unknown> {
  const kept = graph as unknown as Record<string, unknown>;
  const file: Record<string, unknown> = { name, ...kept };
  for (const [key, value] of Object.entries({ name, description, tags, folder })) if (value != null && (value.length > 0 || key in kept)) file[key] = value;
  return file;
}

export function useDuplicate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id }: WorkflowItem) => {
      const file = fileOf(await api.workflow(id));
      return api.createWorkflow(JSON.stringify({ ...file, name: copyName(String(file["name"])) }));
    },
    onSuccess: ({ id, name }) => {
      refreshWorkflows(client);
      toast("ok", `Made ${name}`, { label: "Open", run: () => navigate(editorPath(id)) });
    },
    onError: (error, { name }) => toast("bad", `${name} was not duplicated. ${sentence(asFailure(error))}`),
  });
}

/** Saves one workflow as its file, several as one file that can be imported as a whole. */
export function useExport() {
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      const files: Record<string, unknown>[] = [];
      for (let at = 0; at < ids.length; at += BATCH) files.push(...(await api.workflowBatch(ids.slice(at, at + BATCH))).items.map(fileOf));
      const [only] = files;
      if (files.length === 1 && only) saveFile(`${fileName(String(only["name"]))}.json`, `${JSON.stringify(only, null, 2)}\n`);
      else saveFile(`workflows-${new Date().toISOString().slice(0, 10)}.json`, `${JSON.stringify({ workflows: files }, null, 2)}\n`);
      return files.length;
    },
    onSuccess: (count) => toast("ok", `Exported ${plural(count, "workflow")}`),
    onError: (error) => toast("bad", `The export failed. ${sentence(asFailure(error))}`),
  });
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  const safe = name.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, " ").replace(/\s+/g, " ").trim().replace(/[. ]+$/, "").slice(0, 100);
  return safe === "" ? "workflow" : safe;
}

export interface Bulk {
  action: WorkflowBulkAction;
  choice: Choice;
  tags?: readonly string[];
  folder?: string;
}

const DONE: Record<WorkflowBulkAction, string> = { activate: "Activated", deactivate: "Deactivated", delete: "Deleted", tag: "Tagged", untag: "Took the tag off", move: "Moved" };
const DOING: Record<WorkflowBulkAction, string> = { activate: "activated", deactivate: "deactivated", delete: "deleted", tag: "tagged", untag: "changed", move: "moved" };

export function useBulk(filter: WorkflowFilter, after: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ action, choice, tags, folder }: Bulk) => {
      const more = { ...(tags ? { tags } : {}), ...(folder === undefined ? {} : { folder }) };
      const sum: Changed = { done: 0, unchanged: 0, failed: [] };
      for (const target of targetsOf(choice, filter)) await work(target, action, more, sum);
      return sum;
    },
    onSuccess: ({ done, unchanged, failed }, { action }) => {
      refreshWorkflows(client);
      const [first] = failed;
      if (done > 0 || !first) toast("ok", `${DONE[action]} ${plural(done, "workflow")}${unchanged > 0 ? `; ${count(unchanged)} ${unchanged === 1 ? "was" : "were"} so before` : ""}`);
      if (first) toast("bad", `${plural(failed.length, "workflow")} could not be ${DOING[action]}. ${sentence({ message: first.detail })}`);
      after();
    },
    onError: (error, { action }) => {
      refreshWorkflows(client); // some of them may be done
      toast("bad", `Not all workflows could be ${DOING[action]}. ${sentence(asFailure(error))}`);
    },
  });
}

interface Changed {
  done: number;
  unchanged: number;
  failed: BulkAnswer["failed"];
}

/** Asks until all is done: the server does a bounded part for each request. */
async function work(target: BulkTarget, action: WorkflowBulkAction, more: { tags?: readonly string[]; folder?: string }, sum: Changed): Promise<void> {
  let after: string | null | undefined;
  do {
    const part: BulkAnswer = await api.bulkWorkflows(target, action, after ? { ...more, after } : more);
    sum.done += part.done.length;
    sum.unchanged += part.unchanged;
    sum.failed.push(...part.failed);
    after = part.next;
  } while (after);
}

/** All that are shown are named by what shows them, and what is not filtered by is left out; others by their ids, so many at a time. */
export function targetsOf(choice: Choice, { q, tag, folder, active }: WorkflowFilter): BulkTarget[] {
  if (!choice.all) {
    const ids = [...choice.ids];
    return Array.from({ length: Math.ceil(ids.length / IDS_MOST) }, (_, at) => ({ ids: ids.slice(at * IDS_MOST, (at + 1) * IDS_MOST) }));
  }
  return [targetOfAll({ q, tag, folder, active })];
}

function targetOfAll({ q, tag, folder, active }: Omit<WorkflowFilter, "sort">): BulkTarget {
  return { filter: { ...(q === "" ? {} : { q }), ...(tag.length === 0 ? {} : { tags: tag }), ...(folder === "" ? {} : { folder }), ...(active === "" ? {} : { active: active === "true" }) } };
}
