/**
 * Numbers as a sheet shows them: percent, dates, durations, currencies, leading zeros, fractions. numfmt does the formatting;
 * here is which format is meant, what needs none, and what to do when a file's format is nonsense.
 *
 * Dates whose format is the reader's own locale are shown as 2024-05-17, which everyone understands.
 */
import { format, isDateFormat } from "numfmt";
import { general } from "./general-number.ts";
import { eraFormat, ideographFormat } from "./east-asian-formats.ts";

/** Excel's limit. */
const longestPattern = 255;
/** Days from Excel's first day to that of old Macs. */
const days1904 = 1462;

/** The formats that have a number and no pattern in the file; those that depend on a locale are not listed. */
const builtIn: Readonly<Record<number, string>> = {
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  9: "0%",
  10: "0.00%",
  11: "0.00E+00",
  12: "# ?/?",
  13: "# ??/??",
  14: "yyyy-mm-dd",
  15: "d-mmm-yy",
  16: "d-mmm",
  17: "mmm-yy",
  18: "h:mm AM/PM",
  19: "h:mm:ss AM/PM",
  20: "h:mm",
  21: "h:mm:ss",
  22: "yyyy-mm-dd hh:mm",
  37: "#,##0;(#,##0)",
  38: "#,##0;(#,##0)",
  39: "#,##0.00;(#,##0.00)",
  40: "#,##0.00;(#,##0.00)",
  45: "mm:ss",
  46: "[h]:mm:ss",
  47: "mm:ss.0",
  48: "##0.0E+0",
  49: "@",
};

/** Formats of East Asian versions of Excel, which are dates and times in their numbers. */
const isEastAsianDate = (id: number) => (id >= 27 && id <= 31) || (id >= 50 && id <= 58) || id === 36;
const isEastAsianTime = (id: number) => id >= 32 && id <= 35;

/** Which language a format is written in, or the digits of which script LibreOffice shows: "[ENG][$-409]d-mmm-yy". */
const ofLanguage = /\[(?:(?!RED\])[A-Z]{3}|NatNum\d[^\]]{0,40})\]/g;

/** How a cell's value is shown. */
export type NumberFormat = (value: number) => string;

/**
 * @param id the format's number in the file
 * @param pattern the format's pattern, where the file has one
 * @param is1904 whether days are counted from 1904
 */
export function numberFormat(id: number, pattern: string | undefined, is1904: boolean): NumberFormat {
  const known =
    pattern?.replace(ofLanguage, "") ??
    builtIn[id] ??
    (isEastAsianDate(id) ? "yyyy-mm-dd" : isEastAsianTime(id) ? "h:mm:ss" : "");
  if (known === "" || known.length > longestPattern || /^(?:general|@)$/i.test(known.trim())) return general;
  let isDate: boolean;
  let meant = known;
  try {
    isDate = isDateFormat(known);
    // A currency's locale says whose currency it is; separators are those of the reader.
    if (!isDate) meant = known.replace(/\[\$([^\]-]+)-[^\]]*\]/g, "[$$$1]");
    format(meant, 1);
  } catch {
    return general;
  }
  // Time that passed ("[h]:mm") may be less than none; numfmt would count the hours of a negative day.
  const inEra = isDate ? eraFormat(meant) : null;
  const inIdeographs = ideographFormat(meant, isDate);
  const isElapsed = /\[(?:h+|m+|s+)\]/i.test(known);
  return (value) => {
    const number = isDate && is1904 && !isElapsed ? value + days1904 : value;
    try {
      const shown =
        isElapsed && number < 0
          ? `-${shownAs(meant, -number)}`
          : shownAs(inEra?.(number) ?? meant, number).replace(wholeFraction, "$1");
      // What is hidden by its format (";;;") is there to be found all the same.
      return shown === "" ? general(value) : (inIdeographs?.(shown) ?? shown);
    } catch {
      return general(value);
    }
  };
}

/** 0.999 as "# ?/?": numfmt says "1 1/1". */
const wholeFraction = /^(-?\d+) (\d+)\/\2$/;

function shownAs(pattern: string, value: number): string {
  return format(pattern, value, { dateErrorThrows: true }).replace(/\s+/g, " ").trim();
}

/** A text in a cell whose format has a part for texts ('"Dr. "@'). */
export function formattedText(pattern: string | undefined, text: string): string {
  if (!pattern?.includes("@") || pattern === "@" || pattern.length > longestPattern || text.length > 1_000) return text;
  try {
    return format(pattern, text).trim() || text;
  } catch {
    return text;
  }
}
