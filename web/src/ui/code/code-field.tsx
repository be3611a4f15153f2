// A field for code and expressions. Until its editor has come, and where it cannot, a plain text area does the same.

import { useCallback, useEffect, useImperativeHandle, useRef, useState, type Ref } from "react";
import f from "../field.module.css";
import type { CodeLanguage, Editor, EditorOptions, Suggestions } from "./editor";
import s from "./code.module.css";

export interface CodeHandle {
  cursor: () => number;
  write: (text: string, cursor: number) => void;
  focus: () => void;
}

export interface CodeFieldProps {
  value: string;
  onChange: (text: string) => void;
  language: CodeLanguage;
  label: string;
  multiline?: boolean;
  numbers?: boolean;
  hint?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
  /** Taller from the start: for whole programs. */
  tall?: boolean;
  complete?: ((text: string, at: number, asked: boolean) => Suggestions | null) | undefined;
  onDrop?: EditorOptions["onDrop"] | undefined;
  onFocus?: (() => void) | undefined;
  onBlur?: (() => void) | undefined;
  ref?: Ref<CodeHandle> | undefined;
}

/** A text area takes long to lay out texts of this size. */
const LARGE = 50_000;

export function CodeField(props: CodeFieldProps) {
  const { value, label, multiline = false, invalid = false, describedBy, tall = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const lost = useRef(false);
  const { editor, state } = useEditor(props, host);
  // The text area goes when the editor comes: the focus goes over from one to the other.
  const keep = useCallback((node: HTMLTextAreaElement | null) => {
    area.current = node;
    return () => {
      lost.current = document.activeElement === node;
    };
  }, []);
  useEffect(() => {
    if (state === "there" && lost.current) editor.current?.focus();
    lost.current = false;
  }, [state, editor]);
  useImperativeHandle(props.ref, () => ({
    cursor: () => editor.current?.cursor() ?? area.current?.selectionStart ?? value.length,
    write: (text, cursor) => (editor.current ? editor.current.write(text, cursor) : props.onChange(text)),
    focus: () => (editor.current ? editor.current.focus() : area.current?.focus()),
  }));
  return (
    <div className={`${s.code} ${tall ? s.tall : ""} ${invalid ? s.invalid : ""}`} data-code="">
      <div ref={host} className={s.host} hidden={state !== "there"} />
      {state === "there" ? null : state === "coming" && value.length > LARGE ? (
        <p className={s.coming}>The editor is on its way.</p>
      ) : (
        <textarea
          ref={keep}
          className={`${f.field} ${f.area} ${s.plain}`}
          rows={multiline ? Math.min(8, value.split("\n", 9).length + 1) : 1}
          value={value}
          aria-label={label}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          placeholder={props.hint}
          spellCheck={false}
          dir="auto"
          onChange={(event) => props.onChange(event.target.value)}
          onFocus={props.onFocus}
          onBlur={props.onBlur}
        />
      )}
    </div>
  );
}

/** Makes the editor once its chunk is there, and keeps it in step with the props. */
function useEditor(props: CodeFieldProps, host: React.RefObject<HTMLDivElement | null>) {
  const editor = useRef<Editor | null>(null);
  const latest = useRef(props);
  const [state, setState] = useState<"coming" | "there" | "failed">("coming");
  useEffect(() => {
    latest.current = props;
  });
  const { value, label, invalid = false, describedBy, language, multiline = false, numbers = false } = props;
  useEffect(() => {
    let gone = false;
    import("./editor").then(
      ({ createEditor }) => {
        const parent = host.current;
        if (gone || !parent) return;
        editor.current = createEditor({
          parent,
          text: latest.current.value,
          language,
          multiline,
          numbers,
          hint: latest.current.hint ?? "",
          attributes: attributesOf(latest.current),
          tips: document.body,
          onChange: (text) => latest.current.onChange(text),
          onFocus: () => latest.current.onFocus?.(),
          onBlur: () => latest.current.onBlur?.(),
          complete: latest.current.complete ? (text, at, asked) => latest.current.complete?.(text, at, asked) ?? null : null,
          onDrop: latest.current.onDrop ? (transfer, text, at) => latest.current.onDrop?.(transfer, text, at) ?? null : null,
        });
        setState("there");
      },
      () => setState("failed"),
    );
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
      setState("coming");
    };
  }, [host, language, multiline, numbers]);
  useEffect(() => editor.current?.set(value), [value]);
  useEffect(() => editor.current?.setAttributes(attributesOf({ label, invalid, describedBy, language })), [label, invalid, describedBy, language, state]);
  return { editor, state };
}

function attributesOf({ label, invalid, describedBy, language }: Pick<CodeFieldProps, "label" | "invalid" | "describedBy" | "language">): Record<string, string> {
  // Code runs from left to right, whatever the page does; a text begins where its words do.
  return { "aria-label": label, dir: language === "text" || language === "template" ? "auto" : "ltr", ...(invalid ? { "aria-invalid": "true" } : {}), ...(describedBy ? { "aria-describedby": describedBy } : {}) };
}
