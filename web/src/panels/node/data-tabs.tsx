// What went into the node and what came out of it; the output can be pinned, edited and unpinned.

import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Pin, PinOff, Play } from "lucide-react";
import { useId, useState } from "react";
import { queries } from "../../api/queries";
import { problemsAt } from "../../graph/parameter/check";
import { ANY_FIELD } from "../../graph/parameter/fields";
import { isPlainPort } from "../../graph/summary";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { Select } from "../../ui/field";
import { duration } from "../../ui/format";
import { Empty, sentence } from "../../ui/states";
import { Chip, StatusChip } from "../../ui/status";
import { Ago } from "../../ui/time";
import { filled, shortened } from "./against";
import { usePanel } from "./context";
import { DataView } from "./data-view";
import field from "./field.module.css";
import s from "./panel.module.css";
import type { NodeData, NodePanelProps, SetFields } from "./types";
import { JsonWidget } from "./widgets/json";

/** Where the data comes from. */
export function Source({ data }: { data: NodeData }) {
  const { source } = data;
  if (source === null) return null;
  return (
    <span className={`${s.source} faint`}>
      <span className="mono" title={source.execution}>
        {source.execution.slice(0, 8)}
      </span>
      {source.at === null ? " · now" : <> · <Ago at={source.at} /></>}
    </span>
  );
}

export function NoData({ onRunTo, running = false, what }: { onRunTo: NodePanelProps["onRunTo"]; running?: boolean | undefined; what: string }) {
  return (
    <Empty
      title={what}
      actions={
        onRunTo ? (
          <Button icon={<Play size={14} aria-hidden="true" />} busy={running} onClick={onRunTo}>
            Run to here
          </Button>
        ) : undefined
      }
    >
      Its data shows here once the workflow has run as far as this node.
    </Empty>
  );
}

export function InputTab({ data, onRunTo, running }: Pick<NodePanelProps, "data" | "onRunTo" | "running">) {
  const others = data.nodes.filter((node) => node.output !== undefined);
  const [chosen, setChosen] = useState("input");
  const node = others.find((one) => one.id === chosen);
  const several = data.inputs !== undefined && Object.keys(data.inputs).length > 1;
  if (data.input === undefined && others.length === 0) return <NoData onRunTo={onRunTo} running={running} what="No input yet" />;
  const value = node ? node.output : chosen === "inputs" ? data.inputs : data.input;
  const name = node ? outputName(node.id) : chosen === "inputs" ? "inputs" : "input";
  return (
    <div className={s.form}>
      <div className={s.facts}>
        <span className={s.which}>
          <Select
            label="Which data"
            value={node ? chosen : chosen === "inputs" && several ? "inputs" : "input"}
            options={[["input", "Input of this node"], ...(several ? [["inputs", "Each input by its node"] as const] : []), ...others.map((one) => [one.id, `Output of ${one.label.slice(0, 80)}`] as const)]}
            onChange={setChosen}
          />
        </span>
        <Source data={data} />
      </div>
      {value === undefined ? <p className="faint">This node has not run: outputs of the nodes before it are there to choose.</p> : <DataView key={name} value={value} name={name} label={node ? `Output of ${node.label}` : "Input"} execution={data.source?.execution ?? null} />}
    </div>
  );
}

/** What expressions call the output of a node. */
export function outputName(id: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(id) ? `nodes.${id}.output` : `nodes[${JSON.stringify(id)}].output`;
}

interface OutputTabProps extends Pick<NodePanelProps, "data" | "onRunTo" | "running"> {
  set: SetFields;
}

export function OutputTab({ data, set, onRunTo, running }: OutputTabProps) {
  const { parameters, nodeId } = usePanel();
  const pinned = parameters["pinned"] !== undefined && parameters["pinned"] !== null;
  const ran = data.output !== undefined;
  return (
    <div className={s.form}>
      {pinned ? <Pinned set={set} /> : null}
      <RunFacts data={data} />
      {data.error ? <RunError error={data.error} address={data.source?.address ?? nodeId} /> : null}
      {ran ? (
        <DataView value={data.output} name={outputName(nodeId)} label={pinned ? "Last output" : "Output"} execution={data.source?.execution ?? null} />
      ) : pinned || data.error ? null : (
        <NoData onRunTo={onRunTo} running={running} what="No output yet" />
      )}
      {pinned ? null : <PinButtons data={data} set={set} />}
    </div>
  );
}

function RunFacts({ data }: { data: NodeData }) {
  const { source, ports } = data;
  if (!source) return null;
  return (
    <div className={s.facts}>
      <StatusChip status={source.status} />
      {source.duration_ms === undefined || source.duration_ms === null ? null : <span className="mono num">{duration(source.duration_ms)}</span>}
      {(source.attempts ?? 1) > 1 ? <span className="dim">{source.attempts} tries</span> : null}
      {ports?.some((port) => !isPlainPort(port)) ? <span className="mono dim">→ {ports.join(", ")}</span> : null}
      <Source data={data} />
    </div>
  );
}

function RunError({ error, address }: { error: NonNullable<NodeData["error"]>; address: string }) {
  return (
    <div className={s.failure} role="alert">
      <CircleAlert aria-hidden="true" />
      <div>
        <p>{sentence({ message: error.message })}</p>
        <p className="faint mono">
          {error.code} · {error.node ?? address}
        </p>
      </div>
    </div>
  );
}

const PIN_FIELD = { ...ANY_FIELD, key: "pinned", label: "Pinned output", widget: "json", reading: "fixed" } as const;

function Pinned({ set }: { set: SetFields }) {
  const { parameters, problems, nodeId } = usePanel();
  const id = useId();
  const errors = problemsAt(problems, "pinned").filter((problem) => problem.severity === "error");
  return (
    <div className={s.pinned} data-path="pinned">
      <div className={s.facts}>
        <Chip tone="warn">
          <Pin size={12} aria-hidden="true" /> Pinned
        </Chip>
        <Button className={s.end} icon={<PinOff size={14} aria-hidden="true" />} onClick={() => set({ "data/pinned": undefined }, { label: "Unpin the output" })}>
          Unpin
        </Button>
      </div>
      <p className={field.help}>In runs started by hand this is the node's output, and the node does not run. Triggers ignore it.</p>
      <JsonWidget field={PIN_FIELD} value={parameters["pinned"]} onChange={(value) => value !== undefined && set({ "data/pinned": value }, { label: "Edit the pinned output", join: `${nodeId}/pinned` })} path="pinned" id={id} label="Pinned output" invalid={errors.length > 0} />
      {errors.map((problem, at) => (
        <p key={at} className={field.fault}>
          {problem.message}
        </p>
      ))}
    </div>
  );
}

function PinButtons({ data, set }: { data: NodeData; set: SetFields }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const execution = data.source?.execution;
  // Of large outputs only the beginning is here: the whole is fetched before it is pinned.
  const pin = async () => {
    setBusy(true);
    try {
      const refs = shortened(data.output);
      const values = execution === undefined ? [] : await Promise.all(refs.map(async (ref) => [ref, await client.fetchQuery(queries.value(execution, ref))] as const));
      set({ "data/pinned": filled(data.output, new Map<string, unknown>(values)) }, { label: "Pin the output" });
    } catch {
      toast("bad", "The whole output could not be fetched, so it was not pinned");
    }
    setBusy(false);
  };
  const has = data.output !== undefined && data.output !== null;
  return (
    <div className={s.facts}>
      <Button icon={<Pin size={14} aria-hidden="true" />} busy={busy} onClick={() => (has ? void pin() : set({ "data/pinned": {} }, { label: "Pin an output" }))}>
        {has ? "Pin this output" : "Write an output to pin"}
      </Button>
    </div>
  );
}
