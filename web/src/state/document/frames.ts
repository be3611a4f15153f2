// What a room's socket carries: the messages of the y-protocols, one in each frame, and what Tidemill adds to them.

import { createDecoder, readVarString, readVarUint, readVarUint8Array } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from "lib0/encoding";

export type Frame =
  /** Whoever sends it has this state vector and asks for the rest. */
  | { kind: "ask"; vector: Uint8Array }
  /** The answer to that, and what changed since. */
  | { kind: "answer" | "update"; update: Uint8Array }
  | { kind: "presence"; states: Uint8Array }
  | { kind: "ask_presence" }
  /** On disk: this rev, with the first `count` answers and updates of this socket; `at` in ms since 1970. */
  | { kind: "saved"; rev: number; count: number; at: number }
  | { kind: "over"; epoch: number; rev: number }
  | { kind: "refused"; count: number; code: string; detail: string };

const [SYNC, PRESENCE, ASK_PRESENCE, SAVED, OVER, REFUSED] = [0, 1, 3, 100, 101, 102];
const STEPS = ["ask", "answer", "update"] as const;

export function write(frame: Frame): Uint8Array {
  const encoder = createEncoder();
  const numbers = (...all: number[]) => all.forEach((one) => writeVarUint(encoder, one));
  switch (frame.kind) {
    case "ask":
      numbers(SYNC, 0);
      writeVarUint8Array(encoder, frame.vector);
      break;
    case "answer":
    case "update":
      numbers(SYNC, STEPS.indexOf(frame.kind));
      writeVarUint8Array(encoder, frame.update);
      break;
    case "presence":
      numbers(PRESENCE);
      writeVarUint8Array(encoder, frame.states);
      break;
    case "ask_presence":
      numbers(ASK_PRESENCE);
      break;
    case "saved":
      numbers(SAVED, frame.rev, frame.count, frame.at);
      break;
    case "over":
      numbers(OVER, frame.epoch, frame.rev);
      break;
    case "refused":
      numbers(REFUSED, frame.count);
      writeVarString(encoder, frame.code);
      writeVarString(encoder, frame.detail);
  }
  return toUint8Array(encoder);
}

/** Null for what is none of these: a later server may say more. */
export function read(bytes: Uint8Array): Frame | null {
  const decoder = createDecoder(bytes);
  const number = () => readVarUint(decoder);
  try {
    switch (number()) {
      case SYNC: {
        const kind = STEPS[number()];
        const part = readVarUint8Array(decoder);
        if (kind === undefined) return null;
        return kind === "ask" ? { kind, vector: part } : { kind, update: part };
      }
      case PRESENCE:
        return { kind: "presence", states: readVarUint8Array(decoder) };
      case ASK_PRESENCE:
        return { kind: "ask_presence" };
      case SAVED:
        return { kind: "saved", rev: number(), count: number(), at: number() };
      case OVER:
        return { kind: "over", epoch: number(), rev: number() };
      case REFUSED:
        return { kind: "refused", count: number(), code: readVarString(decoder), detail: readVarString(decoder) };
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** Whether a server counts this frame, without reading all of it. */
export function isCounted(bytes: Uint8Array): boolean {
  return bytes[0] === SYNC && (bytes[1] === 1 || bytes[1] === 2);
}
