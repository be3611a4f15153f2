// A draft that several people edit: its room, and the same by requests where there is no socket.

import { call } from "./call";
import { ApiError } from "./client";

/** What a browser still sends while a page goes away. */
export const LEAVING_BYTES = 60_000;

/** So long a server may take that was asked for all of a document, in ms. */
export const READ_MS = 60_000;

/** What changed since the base of the epoch, beyond a state vector. */
export async function readOverlay(id: string, epoch: number, since: Uint8Array | null, ended?: true): Promise<{ rev: number; at: number; state: Uint8Array }> {
  const query = { epoch, ended, since: since && toBase64(since).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") };
  const { rev, updated_at: at, state } = await call("GET /workflows/{id}/document", { path: { id }, query, signal: AbortSignal.timeout(READ_MS) });
  return { rev, at: Date.parse(at), state: fromBase64(state) };
}

/** What an epoch ended with, or has by now; null where that is not kept any more. */
export async function readEnded(id: string, epoch: number): Promise<Uint8Array | null> {
  return readOverlay(id, epoch, null, true).then(
    ({ state }) => state,
    (error: unknown) => {
      if (isRefused(error)) return null;
      throw error;
    },
  );
}

/** Where the draft stands, without what is in it. */
export async function readPlace(id: string): Promise<{ base: string; branch: string; changed: boolean }> {
  return call("GET /workflows/{id}/draft", { path: { id }, query: { graph: false } });
}

/** Saves an update of the overlay. */
export async function saveUpdate(id: string, epoch: number, update: Uint8Array, keepalive: boolean): Promise<{ rev: number; at: number }> {
  const text = JSON.stringify({ id, epoch, update: toBase64(update) });
  const { rev, updated_at: at } = await call("POST /workflows/auto-save", { text, keepalive });
  return { rev, at: Date.parse(at) };
}

/** Where the room of an epoch is joined. */
export function roomUrl(id: string, epoch: number): string {
  return `${location.origin.replace(/^http/, "ws")}/api/v1/workflows/${encodeURIComponent(id)}/rooms/${epoch}?tidemill=1`;
}

/** Whether the server refused what was sent, so that sending it again will not help. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
}

const AT_ONCE = 0x8000;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += AT_ONCE) text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
