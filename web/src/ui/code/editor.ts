// CodeMirror, put together for one field. This file and what it imports are a chunk that comes with the first such field.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, Transaction, type Extension } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, keymap, lineNumbers, placeholder, tooltips } from "@codemirror/view";
import { expressionLanguage, templateLanguage } from "./languages";
import { useConstructedSheet } from "./sheet";
import { theme } from "./theme";

export type CodeLanguage = "template" | "expression" | "javascript" | "json" | "text";

/** What may stand at a place, in the words of whoever knows the language. */
export interface Suggestions {
  from: number;
  replaces: number;
  options: readonly { label: string; insert: string; kind: string; detail: string; help: string }[];
}

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  language: CodeLanguage;
  multiline: boolean;
  numbers: boolean;
  hint: string;
  attributes: Record<string, string>;
  /** Where lists of choices are put: they would be cut off inside of what scrolls. */
  tips: HTMLElement | null;
  onChange: (text: string) => void;
  onFocus: () => void;
  onBlur: () => void;
  complete: ((text: string, at: number, asked: boolean) => Suggestions | null) | null;
  /** A dropped value as the text to put in at a place; null for what is none of ours. */
  onDrop: ((transfer: DataTransfer, text: string, at: number) => { text: string; cursor: number } | null) | null;
}

export interface Editor {
  set: (text: string) => void;
  setAttributes: (attributes: Record<string, string>) => void;
  /** Where the cursor is. */
  cursor: () => number;
  /** Replaces the text and puts the cursor at a place, as if it was typed. */
  write: (text: string, cursor: number) => void;
  focus: () => void;
  destroy: () => void;
}

const outside = Annotation.define<boolean>();
const TYPES: Record<string, string> = { name: "variable", key: "property", item: "property", method: "method", function: "function", value: "constant" };

export function createEditor(options: EditorOptions): Editor {
  useConstructedSheet();
  const said = new Compartment();
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({ doc: options.text, extensions: [...extensionsOf(options), said.of(EditorView.contentAttributes.of(options.attributes))] }),
  });
  return {
    set(text) {
      const changes = between(view.state.doc.toString(), text);
      // What others typed stays when somebody takes back a step of their own.
      if (changes) view.dispatch({ changes, annotations: [outside.of(true), Transaction.addToHistory.of(false)] });
    },
    setAttributes: (attributes) => view.dispatch({ effects: said.reconfigure(EditorView.contentAttributes.of(attributes)) }),
    cursor: () => view.state.selection.main.head,
    write(text, cursor) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: Math.min(cursor, text.length) } });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/** One splice that makes the second text of the first: a cursor stays where it is among the rest. Null where they are the same. */
export function between(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

function extensionsOf(options: EditorOptions): Extension[] {
  const extensions: Extension[] = [
    history(),
    drawSelection(),
    dropCursor(),
    closeBrackets(),
    indentOnInput(),
    EditorView.lineWrapping,
    EditorState.tabSize.of(2),
    keymap.of([{ key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...(options.complete ? completionKeymap : []), ...historyKeymap, ...defaultKeymap]),
    theme,
    languageOf(options.language),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((one) => one.annotation(outside) === true)) options.onChange(update.state.doc.toString());
      if (update.focusChanged) (update.view.hasFocus ? options.onFocus : options.onBlur)();
    }),
  ];
  if (options.tips) extensions.push(tooltips({ parent: options.tips, position: "fixed" }));
  if (options.hint !== "") extensions.push(placeholder(options.hint));
  if (options.numbers) extensions.push(lineNumbers());
  if (!options.multiline) extensions.push(oneLine);
  if (options.complete) extensions.push(completion(options.complete));
  if (options.onDrop) extensions.push(drops(options.onDrop));
  return extensions;
}

const readJson = jsonParseLinter();

/** Nothing typed yet is nothing wrong. */
const jsonFaults = (view: EditorView) => (view.state.doc.toString().trim() === "" ? [] : readJson(view));

function languageOf(language: CodeLanguage): Extension {
  switch (language) {
    case "template":
      return templateLanguage;
    case "expression":
      return expressionLanguage;
    case "javascript":
      return [javascriptLanguage, bracketMatching()];
    case "json":
      return [json(), bracketMatching(), linter(jsonFaults, { delay: 400 })];
    case "text":
      return [];
  }
}

/** Line ends become spaces where a text has one line only. What already has several keeps them. */
const oneLine = EditorState.transactionFilter.of((change) => {
  if (!change.docChanged || change.annotation(outside) === true || change.newDoc.lines <= Math.max(1, change.startState.doc.lines)) return change;
  if (change.isUserEvent("input.type")) return [];
  const text = change.newDoc.toString().replaceAll(/\s*\n\s*/g, " ");
  return { changes: { from: 0, to: change.startState.doc.length, insert: text }, selection: { anchor: Math.min(change.newSelection.main.head, text.length) } };
});

function completion(complete: NonNullable<EditorOptions["complete"]>): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = complete(context.state.doc.toString(), context.pos, context.explicit);
    if (found === null || found.options.length === 0) return null;
    return {
      from: found.from,
      validFor: /^[\w$\u0080-\uffff]*$/,
      options: found.options.map((one, at) => ({
        label: one.label,
        detail: one.detail,
        info: one.help,
        type: TYPES[one.kind] ?? "text",
        boost: Math.max(-90, 50 - at),
        apply: (view, _choice, from, to) => {
          const start = one.insert.startsWith("[") ? from - found.replaces : from;
          view.dispatch({ changes: { from: start, to, insert: one.insert }, selection: { anchor: start + one.insert.length }, userEvent: "input.complete" });
          if (one.kind === "key" || one.kind === "name") setTimeout(() => view.hasFocus && view.state.sliceDoc(view.state.selection.main.head - 1, view.state.selection.main.head) === "." && startCompletion(view));
        },
      })),
    };
  };
  return autocompletion({ override: [source], activateOnTyping: true, icons: true, maxRenderedOptions: 60, defaultKeymap: false });
}

function drops(onDrop: NonNullable<EditorOptions["onDrop"]>): Extension {
  return EditorView.domEventHandlers({
    drop(event, view) {
      if (!event.dataTransfer) return false;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.doc.length;
      const put = onDrop(event.dataTransfer, view.state.doc.toString(), at);
      if (put === null) return false;
      event.preventDefault();
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: put.text }, selection: { anchor: put.cursor }, userEvent: "input.drop" });
      view.focus();
      return true;
    },
  });
}
