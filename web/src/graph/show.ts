// Whether a value fits the way it is to be shown, and what is drawn then.

import { chartOf, slicesOf, type Chart, type Slice } from "./chart";
import { pictureOf } from "./picture";
import { csvTable, tableOf, type Table } from "./rows";
import type { ShowKind } from "./show-kind";
import { exactNumber, kindOf } from "./values";
import { readXml, type XmlLine } from "./xml";

export type Shape = "bar_chart" | "line_chart" | "pie_chart";

/** What is drawn. `misfit` says why the value is not what was asked for. */
export type Shown =
  | { kind: "text"; text: string; left: number }
  | { kind: "json"; value: unknown }
  | { kind: "table"; table: Table }
  | { kind: "csv"; table: Table; text: string }
  | { kind: "xml"; lines: XmlLine[]; left: boolean; text: string }
  | { kind: Shape; chart: Chart; slices: Slice[]; table: Table }
  | { kind: "image"; source: string; alt: string }
  | { kind: "markdown"; text: string; left: number }
  | { kind: "misfit"; wanted: ShowKind; why: string };

/** Characters of a text shown at once, and of a text read as Markdown. */
export const TEXT_MOST = 100_000;
export const MARKDOWN_MOST = 50_000;

/** What a value is shown as where nobody said. */
export function guess(value: unknown): ShowKind {
  if (typeof value === "string") return guessText(value);
  if (Array.isArray(value)) {
    const rows = value.length > 0 && value.every((row) => (kindOf(row) === "object" && isFlat(Object.values(row as object))) || (Array.isArray(row) && isFlat(row)));
    return rows ? "table" : "json";
  }
  return typeof value === "object" && value !== null && exactNumber(value) === null ? "json" : "text";
}

function isFlat(cells: readonly unknown[]): boolean {
  return cells.every((cell) => typeof cell !== "object" || cell === null || exactNumber(cell) !== null);
}

function guessText(text: string): ShowKind {
  const start = text.slice(0, 200).trimStart();
  if (/^data:image\//i.test(start)) return "image";
  if (/^<(?:\?xml|[A-Za-z_][\w.:-]*[\s/>])/.test(start) && !("fault" in readXml(text))) return "xml";
  if (/^[[{]/.test(start) && parsed(text) !== undefined) return "json";
  const table = /\n/.test(text.trim()) ? csvTable(text) : null;
  return table && table.rows.length > 0 && table.rows.every((row) => row.length === table.columns.length) ? "csv" : "text";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `origin` is that of the page: pictures of others are not fetched. */
export function show(wish: ShowKind, value: unknown, origin: string): Shown {
  const wanted = wish === "auto" ? guess(value) : wish;
  const misfit = (why: string): Shown => ({ kind: "misfit", wanted, why });
  switch (wanted) {
    case "json":
      return { kind: "json", value: typeof value === "string" ? (parsed(value) ?? value) : value };
    case "table": {
      const table = tableOf(typeof value === "string" ? (parsed(value) ?? value) : value);
      return table ? { kind: "table", table } : misfit(`a table shows lists and objects, and this is ${words(value)}`);
    }
    case "csv": {
      if (typeof value !== "string") {
        const table = tableOf(value);
        return table ? { kind: "table", table } : misfit(`CSV is a text, and this is ${words(value)}`);
      }
      const table = csvTable(value);
      return table ? { kind: "csv", table, text: value } : misfit("the first line of this text has no two fields with a comma, semicolon or tab between them");
    }
    case "xml": {
      if (typeof value !== "string") return misfit(`XML is a text, and this is ${words(value)}`);
      const xml = readXml(value);
      return "fault" in xml ? misfit(xml.fault) : { kind: "xml", ...xml, text: value };
    }
    case "bar_chart":
    case "line_chart":
    case "pie_chart":
      return showChart(wanted, value, misfit);
    case "image": {
      const picture = pictureOf(value, origin);
      return "fault" in picture ? misfit(picture.fault) : { kind: "image", ...picture };
    }
    case "markdown":
      if (typeof value !== "string") return misfit(`Markdown is a text, and this is ${words(value)}`);
      return { kind: "markdown", text: value.slice(0, MARKDOWN_MOST), left: Math.max(0, value.length - MARKDOWN_MOST) };
    default: {
      const text = textOf(value);
      return { kind: "text", text: text.slice(0, TEXT_MOST), left: Math.max(0, text.length - TEXT_MOST) };
    }
  }
}

function showChart(kind: Shape, value: unknown, misfit: (why: string) => Shown): Shown {
  const table = tableOf(typeof value === "string" ? (parsed(value) ?? value) : value);
  if (!table) return misfit(`a chart needs a list or an object with numbers, and this is ${words(value)}`);
  if (table.rows.length === 0) return misfit("there is nothing in it to draw");
  const chart = chartOf(table);
  if (!chart) return misfit("no field of it holds numbers only");
  const slices = kind === "pie_chart" ? slicesOf(chart) : [];
  return slices ? { kind, chart, slices, table } : misfit("a pie shows parts of a whole: numbers above zero, and none below");
}

/** A value as text: texts as they are, all else as indented JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "null");
}

function words(value: unknown): string {
  const kind = kindOf(value);
  if (kind === "null") return "null";
  if (kind === "string") return "a text without rows";
  return kind === "array" ? "a list" : kind === "object" ? "an object" : kind === "boolean" ? "true or false" : `a ${kind}`;
}
