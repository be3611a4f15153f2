// What is asked before the draft is taken somewhere: each says what will happen, and what becomes of what is in the draft now.

import { useState, type ReactNode } from "react";
import { BRANCH_MOST, MAIN } from "../../api/versions";
import type { Version } from "../../api/types";
import { sentenceName } from "../../panels/versions/words";
import s from "../../panels/versions/versions.module.css";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import f from "../../ui/field.module.css";
import { whyNot } from "./version-actions";

export type Asking = { what: "restore" | "branch" | "merge"; version: Version } | { what: "switch"; branch: string };

interface VersionDialogProps {
  asking: Asking;
  /** The draft's branch, and all that there are as far as is known. */
  branch: string;
  branches: readonly string[];
  onRestore: (version: Version, branch: string | null) => Promise<void>;
  onSwitch: (branch: string) => Promise<void>;
  onMerge: (version: Version) => Promise<void>;
  onClose: () => void;
}

const KEPT = "What is in the draft now is kept as a version of its own first, so nothing is lost. Everybody who has it open goes along.";

export function VersionDialog(props: VersionDialogProps) {
  const { asking, branch, onRestore, onSwitch, onMerge } = props;
  switch (asking.what) {
    case "restore":
    case "branch":
      return <Restore {...props} version={asking.version} begins={asking.what === "branch"} onRestore={onRestore} />;
    case "switch":
      return (
        <Ask {...props} title={`Go to the branch “${asking.branch}”?`} verb="Go there" act={() => onSwitch(asking.branch)}>
          <p>The draft becomes the newest version of “{asking.branch}”, and what you publish from then on continues that branch. It is on “{branch}” now.</p>
          <p className="dim">{KEPT}</p>
        </Ask>
      );
    case "merge":
      return (
        <Ask {...props} title={`Merge ${sentenceName(asking.version)} into the draft?`} verb="Merge" act={() => onMerge(asking.version)}>
          <p>What it changed since the two parted is brought into the draft, field by field. Where both changed the same field to different values, the draft's stands until somebody chooses.</p>
          <p className="dim">The version stays as it is. The draft stays on “{branch}”.</p>
        </Ask>
      );
  }
}

function Restore(props: VersionDialogProps & { version: Version; begins: boolean }) {
  const { version, begins, branch, branches, onRestore } = props;
  const [isNew, setNew] = useState(begins);
  const [name, setName] = useState("");
  const wanted = name.trim();
  const taken = wanted !== "" && (wanted === MAIN || branches.includes(wanted));
  const fault = !isNew ? null : wanted === "" ? "" : taken ? "There is a branch of this name already." : null;
  return (
    <Ask {...props} title={`Restore ${sentenceName(version)}?`} verb={isNew ? "Restore into the branch" : "Restore"} isReady={fault === null} act={() => onRestore(version, isNew ? wanted : null)}>
      <fieldset className={s.choices}>
        <legend className="hidden">Where</legend>
        <label>
          <input type="radio" name="where" checked={!isNew} onChange={() => setNew(false)} />
          <span>In place: the draft stays on “{branch}” and holds what this version holds.</span>
        </label>
        <label>
          <input type="radio" name="where" checked={isNew} onChange={() => setNew(true)} />
          <span>In a new branch: the draft begins one at this version, and “{branch}” stays as it is.</span>
        </label>
      </fieldset>
      {isNew ? (
        <label>
          Name of the branch
          <input className={f.field} dir="auto" autoFocus value={name} maxLength={BRANCH_MOST} aria-invalid={taken} onChange={(event) => setName(event.target.value)} />
          {fault ? <span className={s.bad}>{fault}</span> : null}
        </label>
      ) : null}
      <p className="dim">{KEPT} What triggers run stays what it is until you publish.</p>
    </Ask>
  );
}

interface AskProps {
  title: string;
  verb: string;
  children: ReactNode;
  isReady?: boolean;
  act: () => Promise<void>;
  onClose: () => void;
}

/** Stays open, with the reason, where it was refused. */
function Ask({ title, verb, children, isReady = true, act, onClose }: AskProps) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const go = async () => {
    if (busy || !isReady) return;
    setBusy(true);
    setRefused(null);
    try {
      await act();
      onClose();
    } catch (error) {
      setRefused(whyNot(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void go()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={!isReady}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {refused === null ? null : (
        <p className={s.bad} role="alert">
          {refused}
        </p>
      )}
    </Dialog>
  );
}
