// Any value as rows and columns: lists of objects, lists of lists, columns by name, pairs, and CSV text.

import { exactNumber, kindOf } from "./values";

export interface Table {
  columns: string[];
  rows: unknown[][];
  /** Rows and columns there are beyond those held. */
  moreRows: number;
  moreColumns: number;
}

/** More than these are told of, not held: a page is for looking, a download has all. */
export const ROWS_MOST = 100_000;
export const COLUMNS_MOST = 50;

type Record = { [key: string]: unknown };

/** The number a cell says, also where it is written as text; null where it says none. */
export function numberOf(cell: unknown): number | null {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  const exact = exactNumber(cell);
  if (exact !== null) return finite(Number(exact));
  if (typeof cell !== "string" || !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(cell)) return null;
  return finite(Number(cell));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Whether a cell says nothing. */
export function isBlank(cell: unknown): boolean {
  return cell === null || cell === undefined || cell === "";
}

/** Null where the value has no rows: a number, a text that is not CSV, nothing. */
export function tableOf(value: unknown): Table | null {
  if (typeof value === "string") return csvTable(value);
  switch (kindOf(value)) {
    case "array":
      return ofList(value as unknown[]);
    case "object":
      return ofObject(value as Record);
    default:
      return null;
  }
}

function isRecord(value: unknown): value is Record {
  return kindOf(value) === "object";
}

function ofList(list: readonly unknown[]): Table {
  if (list.length > 0 && list.every(Array.isArray)) return ofLists(list as unknown[][]);
  if (!list.some(isRecord)) return bounded(["value"], list.slice(0, ROWS_MOST).map((cell) => [cell]), list.length);
  const held = list.slice(0, ROWS_MOST);
  const columns = keysOf(held);
  return bounded(columns, held.map((row) => columns.map((key) => (isRecord(row) ? row[key] : key === columns[0] ? row : undefined))), list.length);
}

function widest(lists: readonly (readonly unknown[])[]): number {
  return lists.reduce((most, list) => Math.max(most, list.length), 0);
}

function keysOf(rows: readonly unknown[]): string[] {
  const keys = new Set<string>();
  for (const row of rows) if (isRecord(row)) for (const key of Object.keys(row)) keys.add(key);
  return [...keys];
}

/** Lists of cells; the first names the columns where it is all text and a later one is not. */
function ofLists(lists: readonly unknown[][]): Table {
  const [first = [], ...rest] = lists.slice(0, ROWS_MOST + 1);
  const isHead = rest.length > 0 && first.every((cell) => typeof cell === "string") && rest.some((row) => row.some((cell) => typeof cell !== "string"));
  const width = widest([first, ...rest]);
  const columns = Array.from({ length: width }, (_, at) => (isHead && !isBlank(first[at]) ? String(first[at]) : String(at + 1)));
  const rows = isHead ? rest : [first, ...rest].slice(0, ROWS_MOST);
  return bounded(columns, rows, lists.length - Number(isHead));
}

function ofObject(value: Record): Table {
  const entries = Object.entries(value);
  const lists = entries.every(([, part]) => Array.isArray(part) && !part.some((cell) => typeof cell === "object" && cell !== null && exactNumber(cell) === null));
  if (entries.length > 0 && lists) {
    const columns = entries.map(([, part]) => part as unknown[]);
    const length = widest(columns);
    const rows = Array.from({ length: Math.min(length, ROWS_MOST) }, (_, at) => columns.map((column) => column[at]));
    return bounded(entries.map(([key]) => key), rows, length);
  }
  const held = entries.slice(0, ROWS_MOST);
  if (entries.length > 0 && entries.every(([, part]) => isRecord(part))) {
    const keys = keysOf(held.map(([, part]) => part));
    return bounded(["name", ...keys], held.map(([name, part]) => [name, ...keys.map((key) => (part as Record)[key])]), entries.length);
  }
  return bounded(["name", "value"], held, entries.length);
}

function bounded(columns: string[], rows: unknown[][], total: number): Table {
  const moreColumns = Math.max(0, columns.length - COLUMNS_MOST);
  const cut = moreColumns === 0 ? rows : rows.map((row) => row.slice(0, COLUMNS_MOST));
  return { columns: columns.slice(0, COLUMNS_MOST), rows: cut, moreRows: Math.max(0, total - rows.length), moreColumns };
}

/** Text as a table, where at least its first line has more than one field. */
export function csvTable(text: string): Table | null {
  const mark = delimiterOf(text);
  if (mark === null) return null;
  const { rows, total } = readCsv(text, mark);
  const [head = [], ...body] = rows;
  if (head.length < 2) return null;
  const width = widest(rows);
  const columns = Array.from({ length: width }, (_, at) => head[at]?.trim() || String(at + 1));
  return bounded(columns, body, total - 1);
}

/** What parts the fields of the first line: the one of the usual marks that stands there most often outside quotes. */
function delimiterOf(text: string): string | null {
  const end = text.search(/\r?\n/);
  const line = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, "");
  let best: string | null = null;
  let most = 0;
  for (const mark of [",", ";", "\t", "|"]) {
    const times = line.split(mark).length - 1;
    if (times > most) [best, most] = [mark, times];
  }
  return best;
}

/** RFC 4180: fields in quotes may hold the mark, line ends, and doubled quotes. Rows beyond the bound are counted only. */
export function readCsv(text: string, mark: string): { rows: string[][]; total: number } {
  const rows: string[][] = [];
  let row: string[] = [];
  let total = 0;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  const endRow = () => {
    if (row.length > 1 || row[0] !== "") {
      total += 1;
      if (rows.length <= ROWS_MOST) rows.push(row);
    }
    row = [];
  };
  while (at < text.length) {
    let field = "";
    if (text[at] === '"') {
      for (at += 1; at < text.length; ) {
        const close = text.indexOf('"', at);
        const until = close < 0 ? text.length : close;
        field += text.slice(at, until);
        at = until + 1;
        if (text[at] !== '"') break;
        field += '"';
        at += 1;
      }
    }
    const rest = at;
    while (at < text.length && text[at] !== mark && text[at] !== "\n") at += 1;
    row.push(field + text.slice(rest, at).replace(/\r$/, ""));
    if (text[at] === mark) {
      at += 1;
      if (at === text.length) row.push("");
      else continue;
    } else at += 1;
    endRow();
  }
  if (row.length > 0) endRow();
  return { rows, total };
}
