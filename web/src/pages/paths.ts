// Where things are shown: the addresses that links lead to.

/** The editor of a workflow, with a node chosen in it if one is named. */
export function editorPath(workflow: string, node: string | null = null): string {
  return `/editor/${encodeURIComponent(workflow)}${node === null ? "" : `?node=${encodeURIComponent(node)}`}`;
}

/** A workflow to look at and no more, also while others change it. */
export function viewPath(workflow: string): string {
  return `/view/${encodeURIComponent(workflow)}`;
}

export function executionPath(execution: string, step: string | null = null): string {
  return `/executions/${encodeURIComponent(execution)}${step === null ? "" : `?step=${encodeURIComponent(step)}`}`;
}

/** The older one stands left. */
export function comparePath(left: string, right: string): string {
  return `/executions/${encodeURIComponent(left)}/compare/${encodeURIComponent(right)}`;
}

export function templatePath(template: string): string {
  return `/templates/${encodeURIComponent(template)}`;
}
