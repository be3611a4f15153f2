// What keeps the workflow from running, and what is only doubtful: a list that leads to each node.

import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import type { Problem } from "../../api/types";
import type { GraphDocument } from "../../graph/document/document";
import { nameOf, type Kinds } from "../../graph/edit/kinds";
import { count, plural } from "../../ui/format";
import { Marked } from "../../ui/marked";
import { RowList } from "../../ui/row-list";
import { Segments } from "../../ui/segments";
import { Empty, Failed, Skeleton } from "../../ui/states";
import s from "./problem-list.module.css";

type Shown = "all" | "error" | "warning";

interface ProblemListProps {
  doc: GraphDocument;
  kinds: Kinds;
  /** Null while they are not known. */
  problems: readonly Problem[] | null;
  /** How many there are in all, where that is more than are told. */
  total?: { errors: number; warnings: number };
  error?: unknown;
  onRetry?: () => void;
  onSelect: (problem: Problem) => void;
}

const ROW = 60;

export function ProblemList({ doc, kinds, problems, total, error, onRetry, onSelect }: ProblemListProps) {
  const [shown, setShown] = useState<Shown>("all");
  const rows = useMemo(() => (problems ?? []).filter((problem) => shown === "all" || problem.severity === shown), [problems, shown]);
  if (error !== undefined && error !== null) return <Failed error={error} what="The workflow could not be checked" {...(onRetry && { retry: onRetry })} />;
  if (problems === null) return <Skeleton rows={4} />;
  const told = problems.filter((problem) => problem.severity === "error").length;
  const { errors, warnings } = total ?? { errors: told, warnings: problems.length - told };
  const rest = errors + warnings - problems.length;
  if (problems.length === 0) {
    return (
      <Empty icon={<CircleCheck aria-hidden="true" />} title="Nothing is wrong">
        The workflow can be run and published.
      </Empty>
    );
  }
  return (
    <section className={s.root} aria-label="Problems">
      <header className={s.head}>
        <span className="dim">
          {plural(errors, "error")}, {plural(warnings, "warning")}
        </span>
        <Segments
          label="Which problems"
          value={shown}
          options={[
            ["all", "All"],
            ["error", `Errors ${count(errors)}`],
            ["warning", `Warnings ${count(warnings)}`],
          ]}
          onChange={setShown}
        />
      </header>
      <RowList items={rows} row={ROW} isOff={({ node, edge }) => !node && !edge} onPress={onSelect}>
        {(problem) => <Row problem={problem} doc={doc} kinds={kinds} />}
      </RowList>
      {rest > 0 ? <p className={s.more}>{rows.length === 0 ? "Errors come first: these are listed once there are fewer." : `${count(rest)} more come as these are mended.`}</p> : null}
    </section>
  );
}

function Row({ problem, doc, kinds }: { problem: Problem; doc: GraphDocument; kinds: Kinds }) {
  const isError = problem.severity === "error";
  const node = problem.node ? doc.nodes.get(problem.node) : null;
  return (
    <>
      <span className={isError ? s.error : s.warning}>{isError ? <CircleX role="img" aria-label="Error" /> : <TriangleAlert role="img" aria-label="Warning" />}</span>
      <span className={s.words}>
        <span>{sentence(problem.message)}</span>
        <span className={s.where}>
          {problem.node ? <span dir="auto">{node ? nameOf(node, kinds) : problem.node}</span> : problem.edge ? <span>Edge {problem.edge}</span> : null}
          {problem.path ? <span className="mono">{problem.path}</span> : null}
          {problem.suggestion ? (
            <span>
              <Marked text={sentence(problem.suggestion)} />
            </span>
          ) : null}
        </span>
      </span>
    </>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
