/**
 * The words of a chart: its titles, and its series over their categories as a table.
 */
import type { ContentBuilder, Place } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements, childNamed, descendants, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import { linesOf } from "../slides/paragraphs.ts";
import { valueFormat } from "./chart-formats.ts";
import type { OfficePackage } from "./package.ts";

/** A chart of more points repeats a sheet; its names say what it is about. */
const mostPoints = 1_000;

export interface ChartOptions {
  readonly place?: Place;
  /** Whether the values stand in the document already, as those of a sheet's charts do: then names alone are read. */
  readonly hasSheet?: boolean;
}

/** Adds the chart that `part` shows by way of a relation, and what was drawn over it. */
export function addChart(
  builder: ContentBuilder,
  file: OfficePackage,
  part: string,
  relation: string | undefined,
  options: ChartOptions = {},
): void {
  const chart = file.target(part, relation);
  const root = chart === undefined ? null : xmlTree(file.archive.text(chart) ?? "");
  if (!root) return;
  addWords(builder, root, options);
  for (const drawing of file.related(chart!, "chartUserShapes")) {
    const shapes = xmlTree(file.archive.text(drawing) ?? "");
    if (shapes) for (const text of linesWithin(shapes)) builder.add("prose", text, options.place);
  }
}

function addWords(builder: ContentBuilder, root: XmlElement, { place, hasSheet = false }: ChartOptions): void {
  if (root.name === "cx:chartSpace") return addExtendedChart(builder, root, place);
  const titles = descendants(root, "c:title").map(titleText);
  // The chart's own title comes before those of its axes.
  const chart = childNamed(childNamed(root, "c:chart"), "c:title");
  const first = chart ? titleText(chart) : "";
  if (first !== "") builder.add("prose", first, place);
  for (const title of titles) if (title !== first) builder.add("prose", title, place);
  const is1904 = /^(?:1|true)$/.test(childNamed(root, "c:date1904")?.attributes.val ?? "");
  const series = descendants(root, "c:ser").map((one) => seriesOf(one, is1904));
  const names = series.map(({ name }) => name).filter((name) => name !== "");
  const categories = [...new Set(series.flatMap((one) => [...one.categories.values()]))];
  const points = series.reduce((sum, one) => sum + one.values.size, 0);
  if (hasSheet || points === 0 || points > mostPoints) {
    if (names.length > 0) builder.add("prose", names.join(", "), place);
    if (categories.length > 0 && categories.length <= mostPoints) builder.add("prose", categories.join(", "), place);
  } else addTable(builder, gridOf(series), { place, hasHeader: true });
  for (const label of new Set(labelsOf(root))) if (/\p{L}/u.test(label)) builder.add("prose", label, place);
}

/** Labels that somebody typed or took from cells, names of trend lines, units of axes. Labels that are values are "[VALUE]". */
function labelsOf(root: XmlElement): string[] {
  const labels = descendants(root, "c:dLbl").flatMap((label) => {
    const text = childNamed(label, "c:tx");
    return text
      ? [...descendants(text, "c:rich").flatMap(linesWithin), ...pointsOf(childNamed(text, "c:strRef")).values()]
      : [];
  });
  const ranges = descendants(root, "c15:dlblRangeCache").flatMap((range) => [...pointsOf(range).values()]);
  const trends = descendants(root, "c:trendline").map((line) => textOf(childNamed(line, "c:name")));
  const units = descendants(root, "c:dispUnits").flatMap((unit) => {
    const label = childNamed(unit, "c:dispUnitsLbl");
    const typed = label ? descendants(label, "c:rich").flatMap(linesWithin) : [];
    const named = childNamed(unit, "c:builtInUnit")?.attributes.val ?? "";
    return label && typed.length === 0 ? [named.charAt(0).toUpperCase() + named.slice(1)] : typed;
  });
  const typed = labels.map((label) => label.replace(/\[[^[\]]*\]/g, "").trim());
  return [...typed, ...ranges, ...trends, ...units];
}

function textOf(element: XmlElement | undefined): string {
  return element ? textWithin(element).trim() : "";
}

interface Series {
  readonly name: string;
  /** By index of the point. */
  readonly categories: Map<number, string>;
  readonly values: Map<number, string>;
}

function titleText(title: XmlElement): string {
  const rich = descendants(title, "c:rich").flatMap(linesOf);
  return (rich.length > 0 ? rich : [...pointsOf(childNamed(title, "c:tx")).values()]).join(" ");
}

function seriesOf(series: XmlElement, is1904: boolean): Series {
  const name = childNamed(series, "c:tx");
  const direct = name && childNamed(name, "c:v");
  return {
    name: direct ? textWithin(direct).trim() : [...pointsOf(name).values()].join(" "),
    categories: pointsOf(childNamed(series, "c:cat") ?? childNamed(series, "c:xVal"), is1904),
    values: pointsOf(childNamed(series, "c:val") ?? childNamed(series, "c:yVal"), is1904),
  };
}

/** The cached values of a reference as they are shown; of several levels, put together per point. */
function pointsOf(reference: XmlElement | undefined, is1904 = false): Map<number, string> {
  const points = new Map<number, string>();
  if (!reference) return points;
  const [common] = descendants(reference, "c:formatCode");
  const formatOf = valueFormat(textOf(common), is1904);
  // Levels of categories go from the innermost to the outermost.
  for (const point of descendants(reference, "c:pt")) {
    const index = Number(point.attributes.idx ?? 0);
    const text = formatOf(textOf(childNamed(point, "c:v")), point.attributes.formatCode);
    const inner = points.get(index);
    if (text !== "") points.set(index, inner === undefined ? text : `${text} ${inner}`);
  }
  return points;
}

function gridOf(series: readonly Series[]): TableGrid {
  const grid = new TableGrid();
  grid.row();
  grid.cellAt(0, "");
  for (const [index, { name }] of series.entries()) grid.cellAt(index + 1, name);
  const indices = new Set(series.flatMap((one) => [...one.values.keys(), ...one.categories.keys()]));
  for (const index of [...indices].sort((a, b) => a - b)) {
    grid.row();
    grid.cellAt(0, series.find(({ categories }) => categories.has(index))?.categories.get(index) ?? "");
    for (const [column, { values }] of series.entries()) grid.cellAt(column + 1, values.get(index) ?? "");
  }
  return grid;
}

/** Waterfalls, treemaps and the other charts since 2016. */
function addExtendedChart(builder: ContentBuilder, root: XmlElement, place: Place | undefined): void {
  const texts = [...linesWithin(root), ...descendants(root, "cx:v").map(textWithin)];
  const points = descendants(root, "cx:pt").slice(0, mostPoints).map(textWithin);
  for (const text of new Set(texts)) builder.add("prose", text, place);
  if (points.length > 0) builder.add("prose", points.join(", "), place);
}

function linesWithin(element: XmlElement): string[] {
  const lines: string[] = [];
  for (const child of childElements(element)) {
    if (child.name === "a:p") lines.push(...linesOf({ ...element, children: [child] }));
    else lines.push(...linesWithin(child));
  }
  return lines;
}
