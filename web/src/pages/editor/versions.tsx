// The versions of the workflow at the side of the editor: the tree, and what can be done with the one that is chosen.

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Ellipsis, GitBranch } from "lucide-react";
import { Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { NodeType } from "../../api/types";
import { versionsApi } from "../../api/versions";
import type { Version } from "../../api/types";
import { DRAFT, VersionList } from "../../panels/versions/version-list";
import s from "../../panels/versions/versions.module.css";
import type { Session } from "../../state/document";
import { placeOf } from "../../state/document/place";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { Menu, type MenuEntry } from "../../ui/menu";
import { part } from "../../ui/part";
import { Failed, Skeleton } from "../../ui/states";
import { mergeVersion, restoreVersion, standing, switchBranch, versionsKey, whyNot } from "./version-actions";
import type { Drawing } from "./drawing";
import { VersionDialog, type Asking } from "./version-dialogs";

const VersionCompare = part(async () => (await import("./version-compare")).VersionCompare);

const PAGE = 100;
const FRESH_MS = 5_000;

interface VersionsProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  onNode: (id: string) => void;
  drawing: Drawing;
}

export function Versions({ session, kinds, onNode, drawing }: VersionsProps) {
  const client = useQueryClient();
  const read = useVersions(session.workflow);
  const place = placeOf(session.doc);
  // Who publishes, restores or takes the draft elsewhere makes versions, here or elsewhere.
  useEffect(() => place.listen(() => void client.invalidateQueries({ queryKey: versionsKey(session.workflow) })), [client, place, session]);
  const { base, branch } = standing(session, useSyncExternalStore(place.listen, () => place.now));
  const draft = useMemo(() => ({ base, branch }), [base, branch]);
  const [withAuto, setAuto] = useState(false);
  const [chosen, setChosen] = useState(DRAFT);
  const [labelling, setLabelling] = useState<string | null>(null);
  const [comparing, setComparing] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const { versions } = read;
  const version = versions?.find(({ id }) => id === chosen) ?? null;
  const branches = useMemo(() => [...new Set([branch, ...(versions ?? []).map((one) => one.branch)])], [branch, versions]);
  const published = versions?.find((one) => one.published) ?? null;
  if (!versions) return read.error === null ? <Skeleton rows={8} /> : <Failed error={read.error} what="Versions could not be read" retry={read.retry} />;
  const label = async (of: Version, text: string | null) => {
    try {
      await versionsApi.label(session.workflow, of.id, text);
      await client.invalidateQueries({ queryKey: versionsKey(session.workflow) });
    } catch (error) {
      toast("bad", `The label could not be changed. ${whyNot(error)}`);
    }
  };
  const given = { session, client };
  const restore = () => version && setAsking({ what: "restore", version });
  return (
    <div className={s.panel}>
      <Bar branch={branch} branches={branches} autos={versions.filter(({ auto, label: words }) => auto && words === null).length} withAuto={withAuto} onAuto={setAuto} onBranch={(to) => setAsking({ what: "switch", branch: to })} />
      <VersionList
        versions={versions}
        draft={draft}
        withAuto={withAuto}
        chosen={chosen}
        labelling={labelling}
        onChoose={setChosen}
        onCompare={() => setComparing(chosen)}
        onRestore={restore}
        onLabelling={setLabelling}
        onLabel={(of, text) => void label(of, text)}
        onMore={read.more}
      />
      <Foot version={version} published={published} branch={branch} onCompare={setComparing} onRestore={restore} doing={{ setAsking, setLabelling }} />
      <Suspense fallback={null}>
        {comparing === null ? null : <VersionCompare session={session} kinds={kinds} drawing={drawing} versions={versions} from={comparing} onNode={onNode} onClose={() => setComparing(null)} />}
      </Suspense>
      {asking === null ? null : (
        <VersionDialog
          asking={asking}
          branch={branch}
          branches={branches}
          onRestore={(of, into) => restoreVersion(given, of, into)}
          onSwitch={(to) => switchBranch(given, to)}
          onMerge={(of) => mergeVersion(given, of)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

interface BarProps {
  branch: string;
  branches: readonly string[];
  autos: number;
  withAuto: boolean;
  onAuto: (on: boolean) => void;
  onBranch: (to: string) => void;
}

function Bar({ branch, branches, autos, withAuto, onAuto, onBranch }: BarProps) {
  return (
    <div className={s.bar}>
      <Menu className={s.branches ?? ""} label={`Branch of the draft: ${branch}`} entries={() => branchEntries(branches, branch, onBranch)}>
        <GitBranch aria-hidden="true" />
        <span className="cut" dir="auto">
          {branch}
        </span>
        <ChevronDown aria-hidden="true" />
      </Menu>
      <label className={s.check}>
        <input type="checkbox" checked={withAuto} onChange={(event) => onAuto(event.target.checked)} />
        Automatic ones{autos > 0 ? ` (${autos})` : ""}
      </label>
    </div>
  );
}

interface FootProps {
  version: Version | null;
  published: Version | null;
  branch: string;
  onCompare: (id: string) => void;
  onRestore: () => void;
  doing: Doing;
}

/** What can be done with the version that is chosen, or with the draft. */
function Foot({ version, published, branch, onCompare, onRestore, doing }: FootProps) {
  return (
    <div className={s.foot}>
      {version ? (
        <>
          <Button kind="primary" onClick={() => onCompare(version.id)} title="What differs between it and the draft (Enter)">
            Compare
          </Button>
          <Button onClick={onRestore} title="Makes the draft hold what it holds (R)">
            Restore…
          </Button>
          <Menu className={s.more ?? ""} label="More" entries={() => versionEntries(version, branch, doing)}>
            <Ellipsis aria-hidden="true" />
          </Menu>
        </>
      ) : published ? (
        <Button onClick={() => onCompare(published.id)}>Compare with what is published</Button>
      ) : (
        <span className="faint">Publish the draft to make its first version.</span>
      )}
    </div>
  );
}

interface Doing {
  setAsking: (asking: Asking) => void;
  setLabelling: (id: string) => void;
}

function versionEntries(version: Version, branch: string, { setAsking, setLabelling }: Doing): MenuEntry[] {
  const entries: MenuEntry[] = [
    { label: version.label === null ? "Give it a label" : "Change its label", keys: "L", onPick: () => setLabelling(version.id) },
    { label: "Restore into a new branch…", onPick: () => setAsking({ what: "branch", version }) },
    { label: "Merge into the draft…", onPick: () => setAsking({ what: "merge", version }) },
  ];
  if (version.branch !== branch) entries.push("line", { label: `Go to the branch “${version.branch}”…`, onPick: () => setAsking({ what: "switch", branch: version.branch }) });
  return entries;
}

function branchEntries(branches: readonly string[], branch: string, go: (to: string) => void): MenuEntry[] {
  return [{ heading: "Branches" }, ...branches.map((name) => ({ label: name, checked: name === branch, onPick: () => (name === branch ? undefined : go(name)) }))];
}

/** Those that are loaded, newest first; the rest comes as the list is walked. */
function useVersions(workflow: string) {
  const query = useInfiniteQuery({
    queryKey: versionsKey(workflow),
    queryFn: ({ pageParam, signal }) => versionsApi.list(workflow, pageParam, PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    staleTime: FRESH_MS,
  });
  const versions = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? null, [query.data]);
  const { hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { versions, error: query.error, more, retry: () => void refetch() };
}
