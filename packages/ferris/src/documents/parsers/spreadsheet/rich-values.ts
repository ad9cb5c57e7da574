/**
 * What cells of today's Excel show that older versions cannot ("#VALUE!" there): entries of data types by their names, pictures by their descriptions.
 *
 * A cell names an entry of the metadata, which names a value; its parts are as its structure says.
 */
import type { OfficePackage } from "../office/package.ts";
import { readXml } from "../../xml/xml.ts";

const richValue = "XLRICHVALUE";
/** The keys whose text is shown, the first of them that there is. */
const shownKeys = ["_DisplayString", "Text"];
const pictures = new Set(["_localImage", "_webimage"]);
const mostValues = 1_000_000;

interface Structure {
  readonly type: string;
  readonly keys: string[];
}

/** What the cell with that number of metadata (`vm`, from 1) shows; undefined where it shows its value. */
export type RichTextOf = (metadata: number) => string | undefined;

/** Null for a workbook without such cells. */
export function readRichValues(file: OfficePackage): RichTextOf | null {
  const values = file.relatedText(file.main, "rdRichValue");
  if (values === null) return null;
  const indices = valueIndices(file.relatedText(file.main, "sheetMetadata") ?? "");
  const texts = textsOf(values, structuresOf(file.relatedText(file.main, "rdRichValueStructure") ?? ""));
  return (metadata) => texts[indices[metadata - 1] ?? -1];
}

/** By the number of the metadata, from 0: the number of the value. */
function valueIndices(xml: string): (number | undefined)[] {
  const types: string[] = [];
  const blocks: number[] = [];
  const indices: (number | undefined)[] = [];
  let inside = "";
  readXml(xml, {
    open(name, attributes) {
      if (name === "metadataType") types.push(attributes.name ?? "");
      else if (name === "futureMetadata") inside = attributes.name ?? "";
      else if (name === "valueMetadata") inside = name;
      else if (name.endsWith("rvb") && inside === richValue) blocks.push(Number(attributes.i));
      else if (name === "bk" && inside === "valueMetadata" && indices.length < mostValues) indices.push(undefined);
      else if (name === "rc" && inside === "valueMetadata" && types[Number(attributes.t) - 1] === richValue)
        indices[indices.length - 1] = blocks[Number(attributes.v)];
    },
  });
  return indices;
}

function structuresOf(xml: string): Structure[] {
  const structures: Structure[] = [];
  readXml(xml, {
    open(name, { t = "", n = "" }) {
      if (name === "s") structures.push({ type: t, keys: [] });
      else if (name === "k") structures.at(-1)?.keys.push(n);
    },
  });
  return structures;
}

function textsOf(xml: string, structures: readonly Structure[]): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  let structure: Structure | undefined;
  let values: string[] = [];
  readXml(xml, {
    open(name, { s }) {
      if (name === "rv") {
        structure = structures[Number(s)];
        values = [];
      } else if (name === "v") values.push("");
    },
    text(text) {
      if (values.length > 0) values[values.length - 1] += text;
    },
    close(name) {
      if (name === "rv" && texts.length < mostValues) texts.push(textOf(structure, values));
    },
  });
  return texts;
}

function textOf(structure: Structure | undefined, values: readonly string[]): string | undefined {
  for (const key of shownKeys) {
    const text = values[structure?.keys.indexOf(key) ?? -1]?.trim();
    if (text) return text;
  }
  // A picture that nobody described says nothing.
  return structure && pictures.has(structure.type) ? "" : undefined;
}
