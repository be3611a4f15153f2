// Sends a signal. A press that is repeated because no answer came counts once.

import { useState } from "react";
import { api } from "../api/calls";
import { toast } from "../state/view";
import { asFailure, sentence } from "../ui/states";

export interface Sender {
  busy: boolean;
  /** `text` is JSON. */
  send: (text: string, done: string) => Promise<void>;
  /** What is sent next is another signal, not the same once more. */
  renew: () => void;
}

export function useSignal(execution: string, name: string): Sender {
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const renew = () => setKey(crypto.randomUUID());
  const send = async (text: string, done: string) => {
    if (busy) return;
    setBusy(true);
    try {
      await api.signal(execution, name, text, key);
      renew();
      toast("ok", done);
    } catch (error) {
      toast("bad", `The signal could not be sent. ${sentence(asFailure(error))}`);
    }
    setBusy(false);
  };
  return { busy, send, renew };
}
