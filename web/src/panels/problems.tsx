// What validation found, each with where it is and what to do.

import { CircleX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Problem } from "../api/types";
import { Button } from "../ui/button";
import s from "./problems.module.css";

const FIRST = 8;

export function Problems({ problems, titles, onSelect }: { problems: readonly Problem[]; titles: ReadonlyMap<string, string>; onSelect: (node: string) => void }) {
  const [all, setAll] = useState(false);
  const shown = all ? problems : problems.slice(0, FIRST);
  return (
    <ul className={s.list}>
      {shown.map((problem, at) => {
        const error = problem.severity === "error";
        const body = (
          <>
            <span className={error ? s.error : s.warning}>
              {error ? <CircleX role="img" aria-label="Error" /> : <TriangleAlert role="img" aria-label="Warning" />}
            </span>
            <span className={s.words}>
              <span>{sentence(problem.message)}</span>
              <span className={s.where}>
                {problem.node ? <span dir="auto">{titles.get(problem.node) ?? problem.node}</span> : null}
                {problem.path ? <span className="mono">{problem.path}</span> : null}
                {problem.suggestion ? <span>{sentence(problem.suggestion)}</span> : null}
              </span>
            </span>
          </>
        );
        const { node } = problem;
        return (
          <li key={at}>
            {node ? (
              <button type="button" className={s.item} onClick={() => onSelect(node)}>
                {body}
              </button>
            ) : (
              <div className={s.item}>{body}</div>
            )}
          </li>
        );
      })}
      {problems.length > shown.length ? (
        <li className={s.more}>
          <Button kind="quiet" onClick={() => setAll(true)}>
            Show {problems.length - shown.length} more
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
