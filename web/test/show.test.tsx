// What a node shows: which kind it asks for, whether the value fits, and that nothing of the data is ever run or fetched from elsewhere.

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { readJson } from "../src/api/exact";
import { chartOf, chartWords, firstOf, slicePath, slicesOf, thinned } from "../src/graph/chart";
import { isShown, pictureOf } from "../src/graph/picture";
import { numberOf, readCsv, ROWS_MOST, tableOf } from "../src/graph/rows";
import { guess, MARKDOWN_MOST, show, TEXT_MOST, type Shown } from "../src/graph/show";
import { SHOW_NAMES, showKindOf, type ShowKind } from "../src/graph/show-kind";
import { readXml, XML_LINES_MOST } from "../src/graph/xml";
import { ChartView } from "../src/panels/shown/charts";
import { DataTable } from "../src/panels/shown/data-table";
import { Markdown } from "../src/ui/markdown";

const HERE = "https://tides.example";
const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const table = (value: unknown) => tableOf(value) ?? { columns: [], rows: [], moreRows: -1, moreColumns: -1 };
const chart = (value: unknown) => chartOf(table(value));

it.each([
  ["visualization", {}, "auto"],
  ["visualization", { mode: "bar_chart" }, "bar_chart"],
  ["renderer", { mode: "JSON" }, "json"],
  ["viz", { mode: "pie" }, "pie_chart"],
  ["barChartNode", {}, "bar_chart"],
  ["line_chart", { mode: "table" }, "table"],
  ["visualizationNode", { mode: "no such" }, "auto"],
  ["", { mode: "text" }, "text"],
  ["", {}, null],
  ["map", { mode: "text" }, null],
  ["expression", {}, null],
  ["constructor", {}, null],
] as const)("a %s with %j is shown as %s", (type, data, kind) => {
  expect(showKindOf({ type, data })).toBe(kind);
});

it.each([
  [[{ a: 1 }, { a: 2 }], "table"],
  [[[1, 2], [3, 4]], "table"],
  [[{ a: { b: 1 } }], "json"],
  [[1, 2], "json"],
  [{ a: 1 }, "json"],
  ["a;b\n1;2", "csv"],
  ["a, b\nnot a row", "text"],
  ["<a><b/></a>", "xml"],
  ["<a><b></a>", "text"],
  ['{"a": 1}', "json"],
  [PIXEL, "image"],
  [42, "text"],
  [null, "text"],
] as const)("%j is taken for %s", (value, kind) => {
  expect(guess(value)).toBe(kind);
});

describe("rows", () => {
  it("come from lists of objects, of lists, of values, and from objects", () => {
    expect(table([{ a: 1 }, { b: 2, a: 3 }])).toMatchObject({ columns: ["a", "b"], rows: [[1, undefined], [3, 2]] });
    expect(table([["x", "y"], [1, 2]])).toMatchObject({ columns: ["x", "y"], rows: [[1, 2]] });
    expect(table([[1, 2], [3, 4]])).toMatchObject({ columns: ["1", "2"], rows: [[1, 2], [3, 4]] });
    expect(table([7, 8])).toMatchObject({ columns: ["value"], rows: [[7], [8]] });
    expect(table({ north: 1, south: 2 })).toMatchObject({ columns: ["name", "value"], rows: [["north", 1], ["south", 2]] });
    expect(table({ x: [1, 2], y: [3] })).toMatchObject({ columns: ["x", "y"], rows: [[1, 3], [2, undefined]] });
    expect(table({ n: { q1: 1 }, s: { q2: 2 } })).toMatchObject({ columns: ["name", "q1", "q2"], rows: [["n", 1, undefined], ["s", undefined, 2]] });
    expect([tableOf(5), tableOf("plain words"), tableOf(null)]).toEqual([null, null, null]);
  });

  it("of CSV keep quotes, marks and line ends inside of fields", () => {
    expect(readCsv('a,"b ""x""","c,\nd"\r\n1,,\n', ",").rows).toEqual([["a", 'b "x"', "c,\nd"], ["1", "", ""]]);
    expect(table("name;sum\nAda;1,5\n")).toMatchObject({ columns: ["name", "sum"], rows: [["Ada", "1,5"]] });
    expect(readCsv('a,"never closed', ",").rows).toEqual([["a", "never closed"]]);
  });

  it("are bounded, and the rest is counted", () => {
    const long = table(Array.from({ length: ROWS_MOST + 5 }, (_, n) => ({ n })));
    expect([long.rows.length, long.moreRows]).toEqual([ROWS_MOST, 5]);
    const csv = table(`a,b\n${"1,2\n".repeat(ROWS_MOST + 7)}`);
    expect([csv.rows.length, csv.moreRows]).toEqual([ROWS_MOST, 7]);
    expect(table([Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`c${n}`, n]))])).toMatchObject({ moreColumns: 10 });
  });

  it("are a table for those who hear it, the first thousand of them", () => {
    const html = renderToStaticMarkup(<DataTable table={table(Array.from({ length: 1_200 }, (_, n) => ({ name: `<b>${n}</b>`, n })))} label="Table" />);
    expect(html.match(/<tr>/g)).toHaveLength(1_001);
    expect(html).toContain('<th scope="col" class=""><bdi>name</bdi></th>');
    expect(html).toContain("&lt;b&gt;7&lt;/b&gt;");
    expect(html).toContain("The first 1,000 of 1,200 rows");
  });
});

describe("charts", () => {
  it("take labels from words and series from numbers", () => {
    expect(chart([{ month: "May", north: 2, south: "3.5" }, { month: "June", north: null, south: 4 }])).toEqual({
      axis: "month", labels: ["May", "June"], x: null, moreSeries: 0,
      series: [{ name: "north", values: [2, null] }, { name: "south", values: [3.5, 4] }],
    });
    expect(chart([3, 1])).toMatchObject({ labels: ["1", "2"], x: null, series: [{ values: [3, 1] }] });
    expect(chart([{ t: 1, v: 9 }, { t: 4, v: 3 }])).toMatchObject({ axis: "t", x: [1, 4], series: [{ name: "v", values: [9, 3] }] });
    expect(chart({ a: 1, b: 2 })).toMatchObject({ labels: ["a", "b"], series: [{ values: [1, 2] }] });
    expect(chart([{ a: "x" }])).toBeNull();
  });

  it("read numbers that JavaScript cannot hold, and none from other texts", () => {
    expect(numberOf((readJson("[9007199254740993]") as unknown[])[0])).toBe(9007199254740992);
    expect(["1e400", "0x10", "12 kg", "", " 7 ", "-.5"].map(numberOf)).toEqual([null, null, null, null, 7, -0.5]);
  });

  it("keep the peaks of a line that is thinned", () => {
    const values = Array.from({ length: 50_000 }, (_, n) => (n === 31_234 ? 900 : n === 7_001 ? -900 : Math.sin(n / 500)));
    const whole = chart(values);
    if (!whole) throw new Error("no chart");
    const thin = thinned(whole, 2_000);
    expect(thin.labels.length).toBeLessThanOrEqual(2_002);
    expect(thin.series[0]?.values).toEqual(expect.arrayContaining([900, -900]));
    expect([thin.labels[0], thin.labels.at(-1)]).toEqual(["1", "50000"]);
    expect(thin.x?.every((x, at) => String(x) === thin.labels[at])).toBe(true);
    expect(thinned(whole, 50_000)).toBe(whole);
    expect(firstOf(whole, 3)).toMatchObject({ labels: ["1", "2", "3"], series: [{ values: values.slice(0, 3) }] });
  });

  it("share a pie among its largest parts", () => {
    const pie = chart(Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`p${n}`, n + 1])));
    if (!pie) throw new Error("no chart");
    const slices = slicesOf(pie) ?? [];
    expect(slices.map(({ label }) => label)).toEqual(["p11", "p10", "p9", "p8", "p7", "p6", "p5", "5 others"]);
    expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(slicesOf({ ...pie, series: [{ name: "v", values: [1, -1, 3] }] })).toBeNull();
    expect(slicePath(0, 0.25, 0.5)).toBe("M0.0000 -1.0000A1 1 0 0 1 1.0000 0.0000L0.5000 0.0000A0.5 0.5 0 0 0 0.0000 -0.5000Z");
    expect(slicePath(0, 1, 0.5)).not.toContain("NaN");
  });

  it("are said in words and drawn with their numbers", () => {
    const bars = show("bar_chart", { "North <i>": 732, South: -5 }, HERE) as Extract<Shown, { chart: unknown }>;
    expect(chartWords(bars.chart, "Bar chart")).toBe("Bar chart of 2 points by name: value from -5 to 732");
    const html = renderToStaticMarkup(<ChartView kind="bar_chart" chart={bars.chart} slices={[]} moreRows={0} />);
    expect(html).toContain("North &lt;i&gt;");
    expect(html).toMatch(/>732</);
    const pie = show("pie_chart", { a: 3, b: 1 }, HERE) as Extract<Shown, { chart: unknown }>;
    expect(renderToStaticMarkup(<ChartView kind="pie_chart" chart={pie.chart} slices={pie.slices} moreRows={0} />)).toMatch(/role="img" aria-label="Pie chart of 2 points.*75\.0 %/);
  });
});

describe("XML", () => {
  it("becomes indented lines, with text on the line of its element", () => {
    const xml = readXml('<?xml version="1.0"?><a x="1>2"><b>hi</b><c/><!-- n --></a>');
    if ("fault" in xml) throw new Error(xml.fault);
    expect(xml.lines.map(({ depth, pieces }) => `${" ".repeat(depth)}${pieces.map(([, text]) => text).join("")}`)).toEqual(['<?xml version="1.0"?>', '<a x="1>2">', " <b>hi</b>", " <c/>", " <!-- n -->", "</a>"]);
  });

  it.each([
    ["<a><b></a>", "line 1: </a> stands where </b> is expected"],
    ["<a>\n<b", "line 2: a tag has no end"],
    ["<a>", "the text ends before <a> is closed"],
    ["<a/><b/>", "line 1: <b> is a second element beside the first"],
    ["words", "line 1: text stands outside of every element"],
    ["", "there is no element in it"],
  ])("%j is told apart: %s", (text, fault) => {
    expect(readXml(text)).toEqual({ fault });
  });

  it("is read up to a bound, and expands nothing", () => {
    const bomb = readXml('<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>');
    expect(JSON.stringify(bomb)).not.toContain("&c;&c;&c;");
    const long = readXml(`<a>${"<b/>".repeat(5_000)}</a>`);
    expect("lines" in long && [long.lines.length, long.left]).toEqual([XML_LINES_MOST, true]);
  });
});

describe("pictures", () => {
  it.each([
    [PIXEL, PIXEL],
    ["/api/v1/files/1", "/api/v1/files/1"],
    [`${HERE}/api/v1/files/1`, `${HERE}/api/v1/files/1`],
    ["iVBORw0KGgoAAA==", "data:image/png;base64,iVBORw0KGgoAAA=="],
    [{ data: "AAAA", content_type: "image/webp" }, "data:image/webp;base64,AAAA"],
    [{ src: PIXEL, alt: "A pixel" }, PIXEL],
  ])("%j is shown", (value, source) => {
    expect(pictureOf(value, HERE)).toMatchObject({ source });
  });

  it.each([
    "https://elsewhere.example/a.png",
    "//elsewhere.example/a.png",
    "/\\elsewhere.example/api/a.png",
    "https://tides.example.evil.example/api/a.png",
    "https://tides.example@evil.example/api/a.png",
    "/hooks/start-something",
    "/api/../hooks/start-something",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml/../text/html,x",
    "blob:https://tides.example/1",
    "words",
    "",
  ])("%s is not asked for", (address) => {
    expect(isShown(address, HERE)).toBe(false);
    expect(pictureOf(address, HERE)).toHaveProperty("fault");
  });
});

describe("Markdown", () => {
  const html = (text: string, flat = false) => renderToStaticMarkup(<Markdown text={text} allows={(address) => isShown(address, HERE)} flat={flat} />);

  it("is shown as what it says", () => {
    const shown = html("# Head\n\n**bold** and `code`\n\n| a |\n| - |\n| 1 |\n\n[out](https://example.org)");
    expect(shown).toMatch(/<h3[^>]*>Head<\/h3>/);
    expect(shown).toContain("<strong>bold</strong>");
    expect(shown).toContain("<td>1</td>");
    expect(shown).toMatch(/<a href="https:\/\/example.org" target="_blank" rel="noopener noreferrer nofollow"/);
    expect(html("[out](https://example.org)", true)).not.toContain("href");
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "[press](javascript:alert(1))",
    "[press](&#x6A;avascript:alert(1))",
    "[press](data:text/html,<script>alert(1)</script>)",
    "![far](https://evil.example/track.png)",
    "![near](/hooks/start-something)",
    '<a href="javascript:alert(1)">a</a>',
    "<svg/onload=alert(1)>",
  ])("%s does nothing", (text) => {
    expect(html(text)).not.toMatch(/<(?:script|img|iframe|svg|a)\b|<[^>]*(?:href|src|on\w+)=/i);
  });

  it("has pictures of its own", () => {
    expect(html(`![dot](${PIXEL})`)).toContain(`<img src="${PIXEL}" alt="dot"`);
  });
});

describe("a value that does not fit", () => {
  it.each([
    ["table", 5, "a table shows lists and objects, and this is a number"],
    ["csv", "one line of words", "the first line of this text has no two fields"],
    ["xml", { a: 1 }, "XML is a text, and this is an object"],
    ["bar_chart", "words", "a chart needs a list or an object with numbers"],
    ["line_chart", [{ a: "x" }], "no field of it holds numbers only"],
    ["pie_chart", [1, -2], "a pie shows parts of a whole"],
    ["line_chart", [], "there is nothing in it to draw"],
    ["image", "words", "this text is neither a picture nor the path of one"],
    ["markdown", [1], "Markdown is a text, and this is a list"],
  ] as const)("%s of %j says why", (kind, value, why) => {
    const shown = show(kind, value, HERE);
    expect(shown).toMatchObject({ kind: "misfit", wanted: kind });
    expect(shown.kind === "misfit" && shown.why).toContain(why);
  });

  it("is never an exception, whatever the value", () => {
    const values = [null, undefined, true, 0, Number.NaN, "", "\n", "<", '"', "{", [], {}, [[]], [null], [{}, 1], { a: [] }, { a: [{}] }, "a,b", "\ufeffa,b\n1", readJson("[1e999]")];
    for (const kind of Object.keys(SHOW_NAMES) as ShowKind[]) for (const value of values) expect(show(kind, value, HERE).kind).toBeTruthy();
  });
});

it("shows only so much of a text, and says how much is left", () => {
  expect(show("text", "x".repeat(TEXT_MOST + 9), HERE)).toMatchObject({ kind: "text", left: 9 });
  expect(show("markdown", "x".repeat(MARKDOWN_MOST + 9), HERE)).toMatchObject({ kind: "markdown", left: 9 });
  expect(show("text", { a: 1 }, HERE)).toMatchObject({ text: '{\n  "a": 1\n}' });
});
