// What is drawn and never runs: sticky notes with their text, and groups around nodes.

const NOTES = new Set(["note", "stickynote", "sticky"]);
const GROUPS = new Set(["group", "frame"]);

/** Colours a note or group may be given by name; others are drawn as if none was set. */
export type Tint = "yellow" | "blue" | "green" | "pink" | "purple" | "orange" | "red" | "grey";
const TINTS: ReadonlyMap<string, Tint> = new Map([
  ["yellow", "yellow"],
  ["amber", "yellow"],
  ["blue", "blue"],
  ["green", "green"],
  ["teal", "green"],
  ["pink", "pink"],
  ["purple", "purple"],
  ["violet", "purple"],
  ["orange", "orange"],
  ["red", "red"],
  ["grey", "grey"],
  ["gray", "grey"],
]);

/** `StickyNote`, `sticky_note`, `noteNode`: as files may call it. */
function plain(type: string): string {
  return type
    .toLowerCase()
    .replace(/[\s_-]+/g, "")
    .replace(/(.)node$/, "$1");
}

export function isNote(type: string): boolean {
  return NOTES.has(plain(type));
}

export function isDrawnOnly(type: string): boolean {
  return isNote(type) || GROUPS.has(plain(type));
}

type Data = { readonly [key: string]: unknown };

/** The text of a note, written in Markdown. */
export function noteText(data: Data): string {
  const found = [data["text"], data["content"], data["label"]].find((one) => typeof one === "string" && one.trim() !== "");
  return typeof found === "string" ? found : "";
}

export function tintOf(data: Data): Tint | null {
  const { color } = data;
  return typeof color === "string" ? (TINTS.get(color.trim().toLowerCase()) ?? null) : null;
}

/** Markdown without its marks, line by line, for where only plain words can be drawn. */
export function plainLines(markdown: string): string[] {
  return markdown.split(/\r?\n/).map((line) =>
    line
      .replace(/^\s{0,3}(?:#{1,6}\s+|>\s?)/, "")
      .replace(/^(\s*)[-*+]\s+(?:\[[ xX]\]\s+)?/, "$1• ")
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/(\*\*|__|~~|`)(.+?)\1/g, "$2")
      .replace(/(^|[^\w*])[*_]([^*_]+)[*_](?![\w*])/g, "$1$2")
      .trimEnd(),
  );
}
