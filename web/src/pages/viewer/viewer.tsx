// The page of somebody who looks on: the graph as it is now, who is there, and beside it what the chosen node is set to.

import { Eye, PencilLine } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Canvas } from "../../canvas/canvas";
import type { CanvasHandle } from "../../canvas/types";
import type { GraphDocument } from "../../graph/document/document";
import { plural } from "../../ui/format";
import { Link, useSearch, useTitle } from "../../ui/router";
import { Chip } from "../../ui/status";
import { useFile, useDocValue, isEmpty } from "../editor/use-doc";
import { EditorPeople } from "../editor/people";
import { useSelectionVersion } from "../../panels/editor/use-document";
import { useReveal } from "../editor/use-reveal";
import { useKinds } from "../kinds";
import { editorPath } from "../paths";
import type { Followed, Viewing } from "./open-view";
import { Side } from "./side";
import s from "./viewer.module.css";

export function Viewer({ viewing }: { viewing: Viewing }) {
  const { doc, selection } = viewing;
  const kinds = useKinds();
  const canvas = useRef<CanvasHandle>(null);
  const [isPainted, setPainted] = useState(false);
  useSelectionVersion(selection);
  const name = useName(viewing);
  const isBlank = useDocValue(doc, isEmpty);
  // It tells how many there are, also when others add some.
  const nodes = useDocValue(doc, countOf);
  const reveal = useReveal(viewing, canvas);
  useAsked(reveal);
  return (
    <div className={s.page}>
      <Head viewing={viewing} name={name} />
      <div className={s.canvas}>
        <Canvas ref={canvas} doc={doc} selection={selection} kinds={kinds} editable={false} onPainted={() => setPainted(true)} label={`Graph of ${name}, ${plural(nodes, "node")}, to look at`} />
      </div>
      <div className={s.above}>
        {isBlank ? <p className={s.blank}>Nothing is in this workflow yet. What others add appears here.</p> : null}
      </div>
      {isPainted ? <EditorPeople workflow={viewing.workflow} doc={doc} selection={selection} canvas={canvas} /> : null}
      <Side viewing={viewing} kinds={kinds} slot={selection.only} canvas={canvas} />
    </div>
  );
}

function Head({ viewing, name }: { viewing: Viewing; name: string }) {
  const { folder } = useFile(viewing.doc);
  const standing = useSyncExternalStore(viewing.listen, () => viewing.now);
  const inFolder = typeof folder === "string" && folder !== "";
  const link = linkWords(standing);
  return (
    <header className={s.top}>
      <nav className={s.crumbs} aria-label="Where this workflow is">
        <Link to={inFolder ? `/workflows?folder=${encodeURIComponent(folder)}` : "/workflows"}>{inFolder ? folder : "Workflows"}</Link>
        <span aria-hidden="true">›</span>
      </nav>
      <h1 className={`${s.name} cut`} dir="auto">
        {name}
      </h1>
      <span className={s.chips}>
        <Chip>
          <Eye aria-hidden="true" className={s.eye} /> View only
        </Chip>
        <span className={s.version}>
          <Chip>{standing.isChanged ? "Draft" : "Published"}</Chip>
        </span>
        <Chip tone={link.tone} title={link.meaning}>
          {link.words}
        </Chip>
      </span>
      <span className="hidden" role="status">
        {link.tone === "ok" ? "" : link.meaning}
      </span>
      <span className={s.space} />
      <span data-people="" />
      <Link className={s.edit} to={editorPath(viewing.workflow)}>
        <PencilLine aria-hidden="true" /> Edit
      </Link>
    </header>
  );
}

const countOf = (doc: GraphDocument) => doc.nodes.count;

/** Whether what is on show is what the others see. */
function linkWords({ progress, phase }: Followed): { tone: "ok" | "warn" | "bad" | "idle"; words: string; meaning: string } {
  if (!progress || phase === "trying") return { tone: "idle", words: "Connecting", meaning: "What others change is seen here once there is a connection." };
  if (progress.isSignedOut) return { tone: "bad", words: "Signed out", meaning: "You are signed out: what others change is not seen here until you sign in and open this page again." };
  if (progress.refused !== null) return { tone: "bad", words: "Not followed", meaning: `What others change is not seen here: ${progress.refused}.` };
  if (progress.why !== null) return { tone: "warn", words: "Not connected", meaning: `What others change is not seen here for now: ${progress.why}. It is tried again by itself.` };
  if (phase !== "open") return { tone: "idle", words: "Every 10 s", meaning: "No direct connection comes through: what others change is seen here after ten seconds." };
  return { tone: "ok", words: "Live", meaning: "What others change is seen here at once." };
}

function useName({ doc }: Viewing): string {
  const { name } = useFile(doc);
  const words = typeof name === "string" && name !== "" ? name : "Untitled workflow";
  useTitle(words);
  return words;
}

/** A node that the address names is chosen. */
function useAsked(reveal: (id: string) => void): void {
  const [asked] = useSearch("node");
  useEffect(() => {
    if (asked !== "") reveal(asked);
  }, [asked, reveal]);
}
