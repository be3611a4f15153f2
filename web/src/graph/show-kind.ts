// How a node that shows its input wants it shown. What is drawn then is decided in `show.ts`, which pages load when they need it.

export type ShowKind = "auto" | "text" | "json" | "table" | "csv" | "xml" | "bar_chart" | "line_chart" | "pie_chart" | "image" | "markdown";

export const SHOW_NAMES: { readonly [kind in ShowKind]: string } = {
  auto: "Value",
  text: "Text",
  json: "JSON",
  table: "Table",
  csv: "CSV",
  xml: "XML",
  bar_chart: "Bar chart",
  line_chart: "Line chart",
  pie_chart: "Pie chart",
  image: "Image",
  markdown: "Markdown",
};

const TYPES = new Set(["visualization", "renderer", "viz"]);
const SHAPES = new Set<string>(["bar_chart", "line_chart", "pie_chart"]);

/** `barChartNode` → `bar_chart`: as files may call it. */
function plain(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_")
    .toLowerCase()
    .replace(/_?node$/, "");
}

/** How a node shows what comes in; null for nodes that do something else. A type that names a chart says it as `mode` does. */
export function showKindOf(node: { type: string; data: { readonly [key: string]: unknown } }): ShowKind | null {
  const type = plain(node.type);
  const mode = node.data["mode"];
  if (!TYPES.has(type) && !SHAPES.has(type) && !(type === "" && typeof mode === "string")) return null;
  const wish = typeof mode === "string" ? plain(mode.trim()) : "";
  const known = [wish, `${wish}_chart`, type].find((name): name is ShowKind => Object.hasOwn(SHOW_NAMES, name));
  return known ?? "auto";
}
