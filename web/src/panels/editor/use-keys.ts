// The keys of the editor's page: one place that hears them, leaves typing alone and runs commands; and the browser's own copy,
// cut and paste.

import { useEffect, useRef } from "react";
import { copyText } from "../../graph/edit/clip";
import { keysOf } from "../../graph/commands/keys";
import { byKeys, canRun, runCommand, type Bindings, type Command, type Context } from "../../graph/commands/registry";
import { COMMANDS, commandOf } from "../../graph/commands/viewing";
import { isTyping } from "../../ui/typing";
import { IS_MAC } from "./platform";

/** What may be asked for while somebody types. */
const WHILE_TYPING = new Set(["show.commands", "workflow.save", "run.all", "run.stop"]);

export function useCommandKeys(context: Context | null, bindings: Bindings): void {
  const now = useRef(context);
  now.current = context;
  useEffect(() => {
    const commands = byKeys(COMMANDS, bindings);
    const onKeyDown = (event: KeyboardEvent) => {
      const { current } = now;
      const keys = event.defaultPrevented || event.isComposing ? null : keysOf(event, IS_MAC);
      if (!current || keys === null || isElsewhere(event.target, keys)) return;
      const typing = isTyping(event.target);
      const command = commands.get(keys)?.find((one) => (!typing || (WHILE_TYPING.has(one.id) && keys.includes("mod"))) && canRun(one, current));
      if (!command || isBrowsers(command, keys)) return;
      event.preventDefault();
      if (!event.repeat || command.repeats) void runCommand(command, current);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [bindings]);
  useClipboard(context);
}

/** The browser tells of these itself, with the clipboard at hand. */
function isBrowsers(command: Command, keys: string): boolean {
  return command.isNative === true && command.keys.includes(keys);
}

/** Enter and Space press what has the focus; a dialog that is open has all keys. */
function isElsewhere(target: EventTarget | null, keys: string): boolean {
  if (!(target instanceof Element)) return false;
  if (document.querySelector("dialog[open]")?.contains(target)) return true;
  return (keys === "enter" || keys === "space") && target.closest("button, a, summary, [role=tab], [role=menuitem], [role=option]") !== null;
}

function useClipboard(context: Context | null): void {
  const now = useRef(context);
  now.current = context;
  useEffect(() => {
    const isOthers = (event: ClipboardEvent) => {
      const marked = document.getSelection();
      return event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]") !== null || (event.type !== "paste" && marked !== null && !marked.isCollapsed);
    };
    const onCopy = (event: ClipboardEvent) => {
      const { current } = now;
      if (!current || isOthers(event) || current.selection.nodeCount === 0) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", copyText(current.doc, current.where, current.selection.nodes()));
      if (event.type === "cut") void runCommand(commandOf("edit.delete"), current);
    };
    const onPaste = (event: ClipboardEvent) => {
      const { current } = now;
      if (!current || isOthers(event)) return;
      const file = event.clipboardData?.files[0];
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text === "" && !file) return;
      event.preventDefault();
      void runCommand({ ...commandOf("edit.paste"), run: async ({ host }) => host.take(text === "" && file ? await file.text() : text) }, current);
    };
    addEventListener("copy", onCopy);
    addEventListener("cut", onCopy);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("copy", onCopy);
      removeEventListener("cut", onCopy);
      removeEventListener("paste", onPaste);
    };
  }, []);
}
