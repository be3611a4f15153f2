// Where the pages around an execution are.

const seg = encodeURIComponent;

/** The editor of a workflow, with a node chosen in it if one is named. */
export function editorPath(workflow: string, node: string | null = null): string {
  return `/editor/${seg(workflow)}${node === null ? "" : `?node=${seg(node)}`}`;
}

export function executionPath(id: string, step: string | null = null): string {
  return `/executions/${seg(id)}${step === null ? "" : `?step=${seg(step)}`}`;
}

export function comparePath(id: string, other: string): string {
  return `/executions/${seg(id)}/compare/${seg(other)}`;
}
