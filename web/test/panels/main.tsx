// A page to look at the editor's panels without a canvas or a server: `npx vite`, then /test/panels/?theme=dark&show=outline.

import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Problem } from "../../src/api/types";
import { type Context, type Host, type Surface } from "../../src/graph/commands/registry";
import { GraphDocument } from "../../src/graph/document/document";
import { Places } from "../../src/graph/document/places";
import { Selection } from "../../src/graph/document/selection";
import { possibleParents, moveInto } from "../../src/graph/edit/frames";
import { replaceType } from "../../src/graph/edit/add";
import { addPicked } from "../../src/graph/edit/suggest";
import { bind, remember, toast, useView } from "../../src/state/view";
import { AddPalette, QuickAdd } from "../../src/panels/editor/add-palette";
import { ContainerCrumbs, SelectionBar, ZoomBar } from "../../src/panels/editor/bars";
import { ChooseNode } from "../../src/panels/editor/choose-node";
import { CommandPalette } from "../../src/panels/editor/command-palette";
import { ContextMenu, menuOf } from "../../src/panels/editor/context-menu";
import { FindBar } from "../../src/panels/editor/find-bar";
import { Outline } from "../../src/panels/editor/outline";
import { ProblemList } from "../../src/panels/editor/problem-list";
import { Rename } from "../../src/panels/editor/rename";
import { ShortcutSheet } from "../../src/panels/editor/shortcut-sheet";
import { takeText } from "../../src/panels/editor/take";
import { useCommandKeys } from "../../src/panels/editor/use-keys";
import { StatusIcon } from "../../src/ui/status";
import { grid, KINDS } from "../edit/sample";
import { TICKETS } from "./tickets";
import "../../src/tokens.css";
import "../../src/base.css";
import s from "./panels.module.css";

const query = new URLSearchParams(location.search);
document.documentElement.dataset["theme"] = query.get("theme") ?? "dark";
document.documentElement.dataset["density"] = "comfortable";
const many = Number(query.get("many") ?? 0);
const doc = new GraphDocument(many > 0 ? grid(many) : TICKETS);
const selection = new Selection();
const where = new Places(doc);
for (const id of (query.get("select") ?? "").split(",")) if (doc.nodes.slot(id) !== undefined) selection.add([doc.nodes.slot(id) ?? -1]);

const PROBLEMS: Problem[] = [
  { code: "bad_parameter", severity: "error", node: "store", path: "url", message: "url is required", suggestion: "give an address such as https://example.org" },
  { code: "unknown_type", severity: "error", node: "slack", path: null, message: "there is no node type “n8n-nodes-base.slack”" },
  { code: "input_shape_varies", severity: "warning", node: "page", path: null, message: "its input is a value or an object, by how many edges are satisfied" },
];

function App() {
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set((query.get("show") ?? "add").split(",")));
  const [at, setAt] = useState({ x: 400, y: 160 });
  const { bindings, recent, toasts } = useView();
  const open = (surface: string) => setShown((before) => new Set([...[...before].filter((one) => /^(outline|add)$/.test(one)), surface]));
  const close = (surface: string) => setShown((before) => new Set([...before].filter((one) => one !== surface)));
  const context: Context = useMemo(() => {
    const host: Host = {
      place: () => ({ x: 900, y: 500 }), frameAt: () => -1, reveal: () => undefined, view: (how) => toast("plain", `View: ${how}`), show: (surface: Surface) => open(surface),
      readClipboard: () => navigator.clipboard.readText(), writeClipboard: (text) => navigator.clipboard.writeText(text), take: async (text) => void (await takeText(made, text)),
      layout: () => Promise.reject(new Error("there is no server here")), createWorkflow: ({ name }) => Promise.resolve({ id: "new", name }), run: (how) => toast("plain", `Run: ${how}`),
      lastOutput: () => ({ label: "urgent" }), publish: () => undefined, saveNow: () => undefined, openFile: () => undefined, downloadFile: () => undefined, copyViewLink: () => undefined, tell: (text, tone = "plain") => toast(tone, text),
    };
    const made: Context = { doc, selection, where, kinds: KINDS, host };
    return made;
  }, []);
  useCommandKeys(context, bindings);
  useEffect(() => void Object.assign(window, { context }), [context]);
  const { only } = selection;
  const add = (surface: string) => ({
    doc, kinds: KINDS, after: only, onClose: () => close(surface),
    onPick: (kind: Parameters<typeof addPicked>[3]) => selection.set([addPicked(doc, where, KINDS, kind, { after: selection.only, at: { x: 0, y: 0 } }).slot]),
  });
  return (
    <main className={s.page}>
      <aside className={s.left}>{shown.has("outline") ? <Outline context={context} onOpen={(slot) => toast("plain", `Open ${doc.nodes.key(slot)}`)} onMenu={(place) => (setAt(place), open("menu"))} onAdd={() => open("add")} problemsOf={(slot) => (slot === doc.nodes.slot("store") ? 1 : 0)} statusOf={(slot) => (slot % 3 === 0 ? <StatusIcon status="succeeded" label /> : null)} /> : <AddPalette {...add("add")} onClose={undefined as never} />}</aside>
      <section className={s.canvas} aria-label="Canvas" tabIndex={0} onContextMenu={(event) => { event.preventDefault(); setAt({ x: event.clientX, y: event.clientY }); open("menu"); }}>
        <div className={s.top}>
          <ContainerCrumbs doc={doc} kinds={KINDS} slot={only} onGo={(slot) => selection.set(slot < 0 ? [] : [slot])} />
          {shown.has("find") ? <FindBar context={context} onClose={() => close("find")} /> : null}
        </div>
        <div className={s.bottom}>
          <SelectionBar context={context} bindings={bindings} onMenu={(place) => (setAt(place), open("menu"))} />
          <ZoomBar zoom={0.74} onView={context.host.view} />
        </div>
      </section>
      <aside className={s.right}>
        <ProblemList doc={doc} kinds={KINDS} problems={query.has("clean") ? [] : PROBLEMS} onSelect={(problem) => selection.set([doc.nodes.slot(problem.node ?? "") ?? -1])} />
        <ul aria-live="polite">{toasts.map((one) => <li key={one.id}>{one.text}</li>)}</ul>
      </aside>
      {shown.has("commands") ? <CommandPalette context={context} bindings={bindings} recent={recent} onChosen={remember} findWorkflows={(text) => Promise.resolve(["Nightly import", "Ticket triage"].filter((name) => name.toLowerCase().includes(text.toLowerCase())).map((name) => ({ id: name, name })))} onOpenWorkflow={(id) => toast("plain", `Open ${id}`)} onClose={() => close("commands")} /> : null}
      {shown.has("shortcuts") ? <ShortcutSheet bindings={bindings} onBind={bind} onClose={() => close("shortcuts")} /> : null}
      {shown.has("menu") ? <ContextMenu context={context} bindings={bindings} of={menuOf(context)} at={at} onClose={() => close("menu")} /> : null}
      {shown.has("quick_add") ? <QuickAdd {...add("quick_add")} at={at} /> : null}
      {shown.has("replace") ? <QuickAdd {...add("replace")} at={at} label="Replace by" onPick={(kind) => replaceType(doc, KINDS, selection.nodes(), kind)} /> : null}
      {shown.has("rename") && only >= 0 ? <Rename doc={doc} slot={only} onDone={(slot) => selection.set([slot])} onClose={() => close("rename")} /> : null}
      {shown.has("connect") ? <ChooseNode doc={doc} kinds={KINDS} title="Connect to" slots={Array.from(doc.nodes.entries(), ([slot]) => slot)} refuses={(slot) => (slot === only ? "It is the node itself" : null)} onChoose={(slot) => doc.change("Connect", (editing) => editing.addEdge({ id: "", source: doc.nodes.key(only), target: doc.nodes.key(slot) }))} onClose={() => close("connect")} empty="There is no other node." /> : null}
      {shown.has("move_into") ? <ChooseNode doc={doc} kinds={KINDS} title="Move into" slots={possibleParents(doc, KINDS, selection.nodes()[0] ?? -1)} onChoose={(slot) => toast("plain", moveInto(doc, where, selection.nodes(), slot) ?? "Moved")} onClose={() => close("move_into")} empty="There is no container or frame." /> : null}
    </main>
  );
}

createRoot(document.getElementById("root") as HTMLElement).render(<StrictMode><App /></StrictMode>);
