// The draft as a file, as it is on this device: also where nothing else keeps it.

import type { Session } from "../../state/document";

export function download({ doc }: Session): void {
  const name = typeof doc.file["name"] === "string" && doc.file["name"] !== "" ? doc.file["name"] : "workflow";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(doc.toFile(), null, 2)], { type: "application/json" }));
  link.download = `${name.replace(/[^\p{L}\p{N} ._-]+/gu, "-").trim() || "workflow"}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
