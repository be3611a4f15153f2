// The hub as a worker that all tabs of one room share. It ends with the last of them.

import { Hub, type Said } from "./hub";
import { socketWire } from "./wire";

const hub = new Hub(socketWire());

addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  let lock = "";
  port.onmessage = ({ data }: MessageEvent<Said>) => {
    hub.hear(port, data);
    if (data.kind !== "open" || data.tab === lock) return;
    lock = data.tab;
    // A tab that crashed says nothing; the lock that it held is free then.
    void navigator.locks?.request(lock, () => hub.leave(port));
  };
});
