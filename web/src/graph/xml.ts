// XML text as indented lines of coloured pieces. Nothing of it is ever given to the browser as markup, and no entity is expanded.

export type PieceKind = "mark" | "name" | "attribute" | "value" | "text" | "note";
export type Piece = readonly [kind: PieceKind, text: string];

export interface XmlLine {
  depth: number;
  pieces: Piece[];
}

export type Xml = { lines: XmlLine[]; left: boolean } | { fault: string };

/** Lines shown; more are not read. */
export const XML_LINES_MOST = 2_000;
const TEXT_MOST = 2_000;

interface Reader {
  text: string;
  at: number;
  open: string[];
  lines: XmlLine[];
  roots: number;
}

/** Reads XML; a fault says what is wrong and on which line. */
export function readXml(text: string): Xml {
  const reader: Reader = { text, at: text.startsWith("\ufeff") ? 1 : 0, open: [], lines: [], roots: 0 };
  while (reader.at < text.length) {
    if (reader.lines.length >= XML_LINES_MOST) return { lines: reader.lines, left: true };
    const fault = text[reader.at] === "<" ? readMarkup(reader) : readText(reader);
    if (fault !== null) return { fault: `line ${text.slice(0, reader.at).split("\n").length}: ${fault}` };
  }
  const left = reader.open.at(-1);
  if (left !== undefined) return { fault: `the text ends before <${left}> is closed` };
  return reader.roots === 0 ? { fault: "there is no element in it" } : { lines: reader.lines, left: false };
}

function readText(reader: Reader): string | null {
  const next = reader.text.indexOf("<", reader.at);
  const end = next < 0 ? reader.text.length : next;
  const text = reader.text.slice(reader.at, end).trim();
  if (text !== "" && reader.open.length === 0) return "text stands outside of every element";
  if (text !== "") reader.lines.push({ depth: reader.open.length, pieces: [["text", cut(text)]] });
  reader.at = end;
  return null;
}

const ASIDE = [
  ["<!--", "-->", "note"],
  ["<![CDATA[", "]]>", "text"],
  ["<?", "?>", "note"],
  ["<!", ">", "note"],
] as const;

function readMarkup(reader: Reader): string | null {
  const { text, at } = reader;
  for (const [begin, end, kind] of ASIDE) {
    if (!text.startsWith(begin, at)) continue;
    const close = text.indexOf(end, at + begin.length);
    if (close < 0) return `${begin} has no ${end}`;
    reader.lines.push({ depth: reader.open.length, pieces: [[kind, cut(text.slice(at, close + end.length))]] });
    reader.at = close + end.length;
    return null;
  }
  const end = tagEnd(text, at + 1);
  if (end === null) return "a tag has no end";
  const inside = text.slice(at + 1, end);
  const fault = inside.startsWith("/") ? closeTag(reader, inside.slice(1).trim()) : openTag(reader, inside);
  if (fault === null) reader.at = end + 1;
  return fault;
}

/** The end of a tag, passing over what stands in quotes. */
function tagEnd(text: string, from: number): number | null {
  let quote = "";
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return at;
    else if (char === "<") return null;
  }
  return null;
}

function closeTag(reader: Reader, name: string): string | null {
  const open = reader.open.pop();
  if (open !== name) return open === undefined ? `</${name}> closes nothing` : `</${name}> stands where </${open}> is expected`;
  const before = reader.lines.at(-1);
  const opening = reader.lines.at(-2);
  const end: Piece[] = [["mark", "</"], ["name", name], ["mark", ">"]];
  const depth = reader.open.length;
  if (before?.depth === depth && isOpening(before, name)) before.pieces.push(...end);
  else if (before?.depth === depth + 1 && before.pieces[0]?.[0] === "text" && opening?.depth === depth && isOpening(opening, name)) {
    // An element with text alone stays on one line.
    reader.lines.pop();
    opening.pieces.push(...before.pieces, ...end);
  } else reader.lines.push({ depth, pieces: end });
  return null;
}

function isOpening(line: XmlLine, name: string): boolean {
  return line.pieces[0]?.[1] === "<" && line.pieces[1]?.[1] === name && line.pieces.at(-1)?.[1] === ">" && line.pieces.filter(([, text]) => text === ">").length === 1;
}

function openTag(reader: Reader, inside: string): string | null {
  const empty = inside.endsWith("/");
  const body = empty ? inside.slice(0, -1) : inside;
  const name = /^[^\s=/"'<>]+/.exec(body)?.[0];
  if (name === undefined || !/^[\p{L}_:]/u.test(name)) return `<${cut(inside).slice(0, 20)}> is not a tag`;
  if (reader.open.length === 0 && (reader.roots += 1) > 1) return `<${name}> is a second element beside the first`;
  const pieces: Piece[] = [["mark", "<"], ["name", name]];
  for (const [, key = "", value = ""] of body.slice(name.length).matchAll(/([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    pieces.push(["attribute", ` ${key}`], ["mark", "="], ["value", cut(value)]);
  }
  pieces.push(["mark", empty ? "/>" : ">"]);
  reader.lines.push({ depth: reader.open.length, pieces });
  if (!empty) reader.open.push(name);
  return null;
}

function cut(text: string): string {
  return text.length > TEXT_MOST ? `${text.slice(0, TEXT_MOST)}…` : text;
}
