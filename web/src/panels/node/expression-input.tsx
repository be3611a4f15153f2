// An expression: colours, completion from the real last data, and below it what it gives.

import { useCallback, useRef } from "react";
import { complete, holes } from "../../graph/parameter/complete";
import type { ParameterField } from "../../graph/parameter/fields";
import { wholeHole, withPath } from "../../graph/parameter/mode";
import { brief, kindOf } from "../../graph/values";
import { bytes, plural } from "../../ui/format";
import { CodeField, type CodeHandle } from "../../ui/code/code-field";
import { dataFor, knownOf, tried } from "./against";
import { usePanel, useTarget } from "./context";
import { carried } from "./drag";
import s from "./field.module.css";
import type { Evaluated, ExpressionKind } from "./types";
import { usePreview, type Preview } from "./use-preview";

interface ExpressionInputProps {
  field: Pick<ParameterField, "help" | "examples" | "types">;
  kind: ExpressionKind;
  value: string;
  onChange: (text: string) => void;
  label: string;
  multiline?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
  /** Small: in a row of others. */
  preview?: boolean;
}

export function ExpressionInput({ field, kind, value, onChange, label, multiline = false, invalid = false, describedBy, preview = true }: ExpressionInputProps) {
  const panel = usePanel();
  const handle = useRef<CodeHandle>(null);
  const bare = kind !== "template";
  const data = dataFor(field, panel.parameters, panel.data);
  const known = data === panel.data ? panel.known : knownOf(data);
  const insert = (path: string) => {
    const put = withPath(value, Math.min(handle.current?.cursor() ?? value.length, value.length), path, bare);
    handle.current?.write(put.text, put.cursor);
  };
  const onFocus = useTarget(label, insert);
  const suggest = useCallback(
    (text: string, at: number, asked: boolean) => {
      if (bare) return complete(text, at, known, asked);
      const hole = holes(text).find(({ from, to }) => at >= from && at <= to);
      const inside = hole ? complete(text.slice(hole.from, hole.to), at - hole.from, known, asked) : null;
      return inside && hole ? { ...inside, from: inside.from + hole.from } : null;
    },
    [bare, known],
  );
  const example = field.examples.find((one) => typeof one === "string");
  return (
    <div className={s.stack}>
      <CodeField
        ref={handle}
        value={value}
        onChange={onChange}
        language={bare ? "expression" : "template"}
        label={label}
        multiline={multiline || bare}
        hint={typeof example === "string" ? example : bare ? "input.total > 100" : "{{ input.name }}"}
        invalid={invalid}
        describedBy={describedBy}
        complete={suggest}
        onFocus={onFocus}
        onDrop={(transfer, text, at) => {
          const path = carried(transfer);
          if (path === null) return null;
          return withPath(text, at, path, bare);
        }}
      />
      {preview ? <ExpressionPreview kind={kind} text={value} field={field} isFaultTold={invalid} /> : null}
    </div>
  );
}

interface ExpressionPreviewProps {
  kind: ExpressionKind;
  text: string;
  field: Pick<ParameterField, "help" | "types">;
  /** What the text itself has wrong is said beside it already. */
  isFaultTold?: boolean;
}

export function ExpressionPreview({ kind, text, field, isFaultTold = false }: ExpressionPreviewProps) {
  const panel = usePanel();
  const data = dataFor(field, panel.parameters, panel.data);
  const asked = kind === "expression" ? (wholeHole(text) ?? text) : text;
  const live = kind === "template" && !text.includes("{{") ? "" : tried(field, asked);
  const preview = usePreview(kind, live, data);
  if (isFaultTold && preview.state === "done" && !preview.result.ok && OF_TEXT.has(preview.result.code)) return null;
  return (
    <div className={s.preview} aria-live="polite">
      {/* Of a bare expression the types are those of its text: what it gives may be anything. */}
      <PreviewWords preview={preview} field={kind === "expression" ? ANYTHING : field} />
    </div>
  );
}

/** Failures that no data changes. */
const OF_TEXT = new Set(["syntax", "compile"]);
const ANYTHING: Pick<ParameterField, "types"> = { types: [] };

function PreviewWords({ preview, field }: { preview: Preview; field: Pick<ParameterField, "types"> }) {
  switch (preview.state) {
    case "none":
      return null;
    case "asking":
      return preview.last ? <span className={s.stale}><Result result={preview.last} field={field} /></span> : <span className="faint">…</span>;
    case "done":
      return <Result result={preview.result} field={field} />;
    case "no_data":
      return <span className="faint">Shown once {preview.name === "input" ? "this node has run" : `${preview.name} has run`}.</span>;
    case "large":
      return (
        <span className="faint">
          The data is large.{" "}
          <button type="button" className={s.link} onClick={preview.ask}>
            Try it on {bytes(preview.bytes)}
          </button>
        </span>
      );
    case "unreachable":
      return <span className="faint">No preview: {preview.message}.</span>;
  }
}

const PREVIEW_MOST = 240;

function Result({ result, field }: { result: Evaluated; field: Pick<ParameterField, "types"> }) {
  if (!result.ok) {
    return (
      <span className={s.failed}>
        {result.code === "compile" ? "" : `${result.code}: `}
        {result.message.replace(/^\$[\w.[\]]*: /, "")}
      </span>
    );
  }
  const { value } = result;
  const misfit = misfitOf(value, field.types);
  return (
    <>
      <span className={`mono ${s.value}`} dir="auto">
        = {valueText(value)}
      </span>
      {misfit === null ? null : <span className={s.misfit}> {misfit}</span>}
    </>
  );
}

function valueText(value: unknown): string {
  const kind = kindOf(value);
  if (kind === "string") {
    const text = value as string;
    return text.length > PREVIEW_MOST ? `${JSON.stringify(text.slice(0, PREVIEW_MOST))}… (${plural(text.length, "character")})` : JSON.stringify(text);
  }
  if (kind !== "object" && kind !== "array") return brief(value, PREVIEW_MOST);
  const text = sample(value);
  return text.length > PREVIEW_MOST ? `${text.slice(0, PREVIEW_MOST)}… (${kind === "array" ? plural((value as unknown[]).length, "item") : plural(Object.keys(value as object).length, "field")})` : text;
}

/** JSON of the beginning of a value: the whole text of a large one is never made. */
function sample(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.slice(0, 20).map((part) => (typeof part === "object" && part !== null ? Object.fromEntries(Object.entries(part).slice(0, 12)) : part)));
  return JSON.stringify(Object.fromEntries(Object.entries(value as object).slice(0, 20)));
}

const TYPE_WORDS: Record<string, string> = { string: "a text", number: "a number", integer: "a whole number", boolean: "true or false", array: "a list", object: "an object" };

/** Says where a parameter wants another kind of value. Texts that are numbers will do, and numbers as texts. */
function misfitOf(value: unknown, types: readonly string[]): string | null {
  if (types.length === 0 || value === null || value === undefined) return value === null && types.length > 0 ? "nothing is there" : null;
  const kind = kindOf(value);
  const fits = types.some((type) => type === kind || (type === "integer" && kind === "number") || (type === "string" && (kind === "number" || kind === "boolean")) || (/number|integer/.test(type) && kind === "string" && (value as string).trim() !== "" && Number.isFinite(Number(value))));
  return fits || kind === "elided" ? null : `${types.map((type) => TYPE_WORDS[type] ?? type).join(" or ")} is wanted here`;
}
