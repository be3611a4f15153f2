// Rows and columns: a real table, the first thousand rows of it.

import { exactNumber } from "../../graph/values";
import { isBlank, numberOf, type Table } from "../../graph/rows";
import { count, plural } from "../../ui/format";
import s from "./shown.module.css";

const ROWS = 1_000;
const CELLS = 20_000;
const CELL_MOST = 200;

export function DataTable({ table, label }: { table: Table; label: string }) {
  const { columns } = table;
  const rows = table.rows.slice(0, Math.max(1, Math.min(ROWS, Math.floor(CELLS / Math.max(1, columns.length)))));
  const numeric = columns.map((_, at) => rows.some((row) => !isBlank(row[at])) && rows.every((row) => isBlank(row[at]) || (typeof row[at] !== "boolean" && numberOf(row[at]) !== null)));
  const all = table.rows.length + table.moreRows;
  return (
    <>
      <div className={s.scroll} tabIndex={0} role="region" aria-label={label}>
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col" className={s.at}>
                <span className="hidden">Row</span>
              </th>
              {columns.map((name, at) => (
                <th key={at} scope="col" className={numeric[at] ? s.right : ""}>
                  <bdi>{name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <th scope="row" className={s.at}>
                  {count(at + 1)}
                </th>
                {columns.map((_, column) => (
                  <td key={column} className={numeric[column] ? s.right : ""}>
                    {isBlank(row[column]) ? <span className="faint">–</span> : <bdi>{cell(row[column])}</bdi>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p className="faint">No rows.</p> : null}
      {all > rows.length || table.moreColumns > 0 ? (
        <p className="faint">
          The first {[all > rows.length ? `${count(rows.length)} of ${plural(all, "row")}` : "", table.moreColumns > 0 ? `${columns.length} of ${plural(columns.length + table.moreColumns, "column")}` : ""].filter(Boolean).join(" and ")}. JSON has all of them.
        </p>
      ) : null}
    </>
  );
}

function cell(value: unknown): string {
  const text = exactNumber(value) ?? (typeof value === "object" ? JSON.stringify(value) : String(value));
  return text.length > CELL_MOST ? `${text.slice(0, CELL_MOST)}…` : text;
}
