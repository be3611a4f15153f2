// What every widget is given.

import type { ParameterField } from "../../../graph/parameter/fields";

export interface WidgetProps {
  field: ParameterField;
  value: unknown;
  /** `typing` joins changes that follow each other into one step of undo. */
  onChange: (value: unknown, typing?: boolean) => void;
  /** Where it stands, as problems name it: `cases[0].when`. */
  path: string;
  /** Ties the label to the control. */
  id: string;
  label: string;
  describedBy?: string | undefined;
  invalid: boolean;
}

/** What every single field carries: whose label it has, what tells of it, and whether it is at fault. */
export function said({ id, label, describedBy, invalid }: Pick<WidgetProps, "id" | "label" | "describedBy" | "invalid">) {
  return { id, "aria-label": label, "aria-invalid": invalid, "aria-describedby": describedBy } as const;
}

/** What shows in an empty field: what holds then, or an example. */
export function hintOf(field: ParameterField): string {
  const { fallback } = field;
  if (typeof fallback === "string" || typeof fallback === "number") return String(fallback);
  const example = field.examples.find((one) => typeof one === "string" || typeof one === "number");
  return example === undefined ? "" : String(example);
}
