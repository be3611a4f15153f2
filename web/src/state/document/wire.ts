// A way for frames to a room and back: a socket of this tab, or one that all tabs of this browser share.

export interface WireEvents {
  open: () => void;
  frame: (bytes: Uint8Array) => void;
  /** Once, also where it never opened. */
  close: (code: number) => void;
}

export interface Wire {
  send(bytes: Uint8Array): void;
  /** Nothing is heard of it after this. `isLost`: it is silent, so others that share it should let go of it too. */
  close(isLost?: boolean): void;
}

export type OpenWire = (url: string, events: WireEvents) => Wire;

/** The connection was lost, or never was. */
export const LOST = 1006;

/** Sockets of one session: a later one ends the one before it, so that nothing is sent twice. */
export const socketWire = (session = Math.random().toString(36).slice(2)): OpenWire => (url, events) => {
  const socket = new WebSocket(`${url}&session=${session}`);
  socket.binaryType = "arraybuffer";
  socket.onopen = events.open;
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) events.frame(new Uint8Array(data));
  };
  socket.onclose = ({ code }) => events.close(code);
  return {
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
};
