// Where things are shown: the addresses that links lead to.

export function editorPath(workflow: string): string {
  return `/editor/${encodeURIComponent(workflow)}`;
}

export function executionPath(execution: string): string {
  return `/executions/${encodeURIComponent(execution)}`;
}

export function templatePath(template: string): string {
  return `/templates/${encodeURIComponent(template)}`;
}
