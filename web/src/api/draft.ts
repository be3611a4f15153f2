// The draft of a workflow, read once when it is opened.

import { call } from "./call";

export const draftApi = {
  read: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}/draft", { path: { id }, signal }),
};
