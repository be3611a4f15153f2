// A value dragged out of the data: what is carried is its path, as expressions write it.

export const PATH_TYPE = "application/x-tidemill-path";

export function carry(transfer: DataTransfer, path: string): void {
  transfer.setData(PATH_TYPE, path);
  transfer.setData("text/plain", `{{ ${path} }}`);
  transfer.effectAllowed = "copy";
}

export function isCarried(transfer: DataTransfer): boolean {
  return transfer.types.includes(PATH_TYPE);
}

export function carried(transfer: DataTransfer): string | null {
  const path = transfer.getData(PATH_TYPE);
  return path === "" ? null : path;
}
