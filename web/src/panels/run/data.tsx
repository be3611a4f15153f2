// What went into an execution and what came out, side by side, each to copy and to take along whole.

import { useQueryClient } from "@tanstack/react-query";
import { Copy, Download } from "lucide-react";
import { useState } from "react";
import { queries } from "../../api/queries";
import type { Json } from "../../api/types";
import { elided } from "../../graph/values";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { copyText, saveFile } from "../../ui/copy";
import { asFailure, sentence } from "../../ui/states";
import { JsonTree } from "../json-tree";
import s from "./run.module.css";

export interface DataProps {
  execution: string;
  input: Json;
  /** Undefined until the execution has ended. */
  output: Json | undefined;
}

export function Data({ execution, input, output }: DataProps) {
  return (
    <div className={s.data}>
      <Value execution={execution} title="Input" name="input" value={input} />
      {output === undefined ? (
        <section className={s.value} aria-label="Output">
          <h2>Output</h2>
          <p className="faint">It is there when the execution has ended.</p>
        </section>
      ) : (
        <Value execution={execution} title="Output" name="output" value={output} />
      )}
    </div>
  );
}

function Value({ execution, title, name, value }: { execution: string; title: string; name: "input" | "output"; value: Json }) {
  return (
    <section className={s.value} aria-label={title}>
      <div className={s.valueHead}>
        <h2>{title}</h2>
        <ValueTools execution={execution} name={name} file={`execution-${execution}-${name}`} value={value} />
      </div>
      <JsonTree value={value} name={name} label={`${title} of the execution`} execution={execution} />
    </section>
  );
}

/** Copies a value, or saves it; what was too big to travel is fetched first. */
export function ValueTools({ execution, name, file, value }: { execution: string; name: string; file: string; value: unknown }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const whole = async () => {
    const stand = elided(value);
    return stand ? client.fetchQuery(queries.value(execution, stand.ref)) : value;
  };
  const act = async (what: (text: string) => Promise<void> | void) => {
    setBusy(true);
    try {
      await what(JSON.stringify(await whole(), null, 2) ?? "null");
    } catch (error) {
      toast("bad", `The ${name} could not be fetched. ${sentence(asFailure(error))}`);
    }
    setBusy(false);
  };
  const copy = async (text: string) => {
    const done = await copyText(text);
    toast(done ? "plain" : "bad", done ? `Copied the ${name}` : "The browser did not allow copying");
  };
  return (
    <span className={s.valueTools}>
      <Button kind="quiet" iconOnly disabled={busy} icon={<Copy size={14} aria-hidden="true" />} onClick={() => void act(copy)}>
        {`Copy the ${name}`}
      </Button>
      <Button kind="quiet" iconOnly disabled={busy} icon={<Download size={14} aria-hidden="true" />} onClick={() => void act((text) => saveFile(`${file}.json`, `${text}\n`))}>
        {`Download the ${name}`}
      </Button>
    </span>
  );
}
