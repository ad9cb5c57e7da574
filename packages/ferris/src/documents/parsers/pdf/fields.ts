/**
 * What is filled in in a form: each value beside the text that it stands next to, as on the printed page.
 */
import { turnedPoint } from "./frames.ts";
import type { Fragment, Line } from "./lines.ts";
import { extent } from "./watermarks.ts";

export interface FieldValue {
  /** What the form says about the field, or its name. */
  readonly label: string;
  readonly value: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** What pdf.js tells about an annotation, as far as it is read here; a stranger's file may say anything. */
export type Annotation = Readonly<Record<string, unknown>>;

/** Annotation flags: not shown, neither on screen nor in print. */
const hidden = 2;
/** A value's label is at most this many heights of the field's lines above it. */
const farthestAbove = 3;
/** … and so far to the left of it. */
const farthestBeside = 16;
const [ticked, unticked] = ["☒", "☐"];
const longestValue = 100_000;

export function fieldsOf(annotations: readonly Annotation[], angle: number): FieldValue[] {
  return annotations.flatMap((annotation) => {
    const value = annotation.subtype === "Widget" && !isHidden(annotation) ? valueOf(annotation) : null;
    const rect = annotation.rect as readonly number[] | undefined;
    if (value === null || rect?.length !== 4) return [];
    const [[x1, y1], [x2, y2]] = [turnedPoint(rect[0]!, rect[1]!, angle), turnedPoint(rect[2]!, rect[3]!, angle)];
    const label = textOf(annotation.alternativeText) || textOf(annotation.fieldName).split(".").at(-1)!;
    return [
      {
        label,
        value,
        left: Math.min(x1, x2),
        right: Math.max(x1, x2),
        bottom: Math.min(y1, y2),
        top: Math.max(y1, y2),
      },
    ];
  });
}

export function isHidden({ annotationFlags }: Annotation): boolean {
  return typeof annotationFlags === "number" && (annotationFlags & hidden) !== 0;
}

/** A text of a file, on one line and of a bearable length. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, longestValue).replace(/\s+/g, " ").trim() : "";
}

/** Null for what has none: an empty field, a button, a password. */
function valueOf(field: Annotation): string | null {
  if (field.checkBox === true || field.radioButton === true) {
    const own = textOf(field.checkBox === true ? field.exportValue : field.buttonValue);
    return own !== "" && textOf(field.fieldValue) === own ? ticked : unticked;
  }
  if (field.pushButton === true || field.password === true || field.fieldType === "Sig") return null;
  const values = (Array.isArray(field.fieldValue) ? field.fieldValue : [field.fieldValue]).map(textOf);
  const options = Array.isArray(field.options)
    ? (field.options as { exportValue?: unknown; displayValue?: unknown }[])
    : [];
  const shown = values.map(
    (value) => textOf(options.find((option) => textOf(option?.exportValue) === value)?.displayValue) || value,
  );
  return shown.filter((value) => value !== "").join(", ") || null;
}

/** The lines with the values that stand beside or below one; the values that stand alone. */
export function withFields(
  lines: readonly Line[],
  fields: readonly FieldValue[],
): { readonly lines: readonly Line[]; readonly fields: readonly FieldValue[] } {
  if (fields.length === 0) return { lines, fields: [] };
  const result: Line[] = lines.slice();
  const alone: FieldValue[] = [];
  for (const field of fields) {
    const at = placeOf(field, result);
    if (at === null) alone.push(field);
    else if (at.isBeside) result[at.index] = beside(result[at.index]!, field);
    else result.splice(at.index + 1, 0, below(result[at.index]!, field));
  }
  return { lines: result, fields: alone };
}

/** A label stands to the left of its field, else above it; beside a tick it may stand anywhere. */
function placeOf(
  field: FieldValue,
  lines: readonly Line[],
): { readonly index: number; readonly isBeside: boolean } | null {
  const isTick = field.value === ticked || field.value === unticked;
  let best: { index: number; isBeside: boolean; distance: number } | null = null;
  lines.forEach((line, index) => {
    const { y, height } = line;
    const middle = y + 0.35 * height;
    const [left, right] = extent(line);
    let distance: number;
    const isBeside = middle >= field.bottom - 0.3 * height && middle <= field.top + 0.3 * height;
    if (isBeside) {
      const before = Math.min(
        ...line.fragments.map((fragment) => field.left - fragment.right).filter((gap) => gap > -2 * height),
      );
      const isNear = isTick || before < farthestBeside * height;
      distance = Math.abs(middle - (field.bottom + field.top) / 2) + (isNear ? 0 : farthestBeside * height);
    } else if (!isTick && y >= field.top - 0.3 * height && left < field.right && right > field.left) {
      distance = y - field.top + height;
      if (distance > farthestAbove * height) return;
    } else return;
    if (best === null || distance < best.distance) best = { index, isBeside, distance };
  });
  return best;
}

/** The value as a cell of the line; a tick as a part of what it ticks. */
function beside(line: Line, { value, left, right }: FieldValue): Line {
  if (value === ticked || value === unticked) {
    const far = ({ left: from, right: to }: Fragment) =>
      Math.max(from - right, left - to, 0) + (from >= left ? 0 : line.height);
    const nearest = line.fragments.toSorted((a, b) => far(a) - far(b))[0]!;
    const isBefore = nearest.left >= left;
    const text = isBefore ? `${value} ${nearest.text}` : `${nearest.text} ${value}`;
    const fragments = line.fragments.map((fragment) =>
      fragment === nearest ? { ...nearest, text, gaps: [] } : fragment,
    );
    return { ...line, fragments, text: fragments.map((fragment) => fragment.text).join(" "), code: undefined };
  }
  const end = Math.max(left + 1, Math.min(right, left + 0.5 * line.height * value.length));
  // Without gaps: a value is one cell, whatever stands above and below it.
  const fragments = [...line.fragments, { text: value, left, right: end, gaps: [] }].toSorted(
    (a, b) => a.left - b.left,
  );
  return { ...line, fragments, text: fragments.map(({ text }) => text).join(" "), code: undefined };
}

function below(line: Line, { value, left, right, top }: FieldValue): Line {
  const { height, font } = line;
  return { text: value, fragments: [{ text: value, left, right, gaps: [] }], y: top - height, height, font };
}
