// A workflow by its id: chosen by name from those that were found for what is typed.

import { usePanel } from "../context";
import { SuggestWidget } from "./simple";
import type { WidgetProps } from "./widget";

export function WorkflowWidget(props: WidgetProps) {
  const { workflows } = usePanel();
  const chosen = workflows.find(({ id }) => id === props.value);
  return (
    <>
      <SuggestWidget {...props} options={workflows.map(({ id, name }) => ({ value: id, label: name }))} />
      {chosen ? (
        <p className="faint cut" dir="auto">
          Runs <a href={`/editor/${encodeURIComponent(chosen.id)}`} target="_blank" rel="noreferrer">
            {chosen.name === "" ? "a workflow without a name" : chosen.name}
          </a>
        </p>
      ) : null}
    </>
  );
}
