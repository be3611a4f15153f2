// The way to a room through the worker that all tabs share; directly, where there is none.

import type { Heard, Said } from "./hub";
import { LOST, socketWire, type OpenWire, type Wire } from "./wire";

/** So long a worker may take to say something, in ms: where its script is blocked, some browsers say nothing at all. */
const SILENT_MS = 3_000;

/** `tab` is the name of a lock that this tab holds as long as it is there. */
export function hubWire(room: string, tab: string | null): OpenWire {
  const openSocket = socketWire();
  // Without locks nobody would know of tabs that are gone.
  if (tab === null || typeof SharedWorker === "undefined") return openSocket;
  let isBlocked = false;
  return (url, events) => {
    if (isBlocked) return openSocket(url, events);
    const worker = new SharedWorker(new URL("./hub-worker.ts", import.meta.url), { type: "module", name: `tidemill ${room}` });
    const { port } = worker;
    const say = (said: Said) => port.postMessage(said);
    let direct: Wire | null = null;
    const instead = () => {
      if (direct) return;
      isBlocked = true;
      port.close();
      direct = openSocket(url, events);
    };
    const silent = setTimeout(instead, SILENT_MS);
    worker.onerror = instead;
    port.onmessage = ({ data }: MessageEvent<Heard>) => {
      clearTimeout(silent);
      if (data.kind === "frame") events.frame(data.bytes);
      else if (data.kind === "open") events.open();
      else {
        port.close();
        events.close(data.code ?? LOST);
      }
    };
    say({ kind: "open", url, tab });
    return {
      send: (bytes) => (direct ? direct.send(bytes) : say({ kind: "frame", bytes })),
      close: (isLost) => {
        clearTimeout(silent);
        worker.onerror = port.onmessage = null;
        if (direct) direct.close();
        else say({ kind: isLost ? "lost" : "close" });
        port.close();
      },
    };
  };
}
