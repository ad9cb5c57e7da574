/**
 * How values of charts are shown. The library behind it takes longer to load than most documents to be read, so it is loaded when there is a chart.
 */
import type { numberFormat } from "../spreadsheet/number-formats.ts";
import type { OfficePackage } from "./package.ts";

let formats: { readonly numberFormat: typeof numberFormat } | null = null;

/** Must have ended before charts of the package are read. */
export async function prepareCharts({ archive }: OfficePackage): Promise<void> {
  if (formats === null && archive.names.some((name) => /chart/i.test(name)))
    formats = await import("../spreadsheet/number-formats.ts");
}

/** Shows values in the format of all of them, or in their own. */
export function valueFormat(common: string, is1904: boolean): (value: string, own: string | undefined) => string {
  const known = new Map<string, (value: number) => string>();
  return (value, own) => {
    const pattern = own ?? common;
    if (formats === null || pattern === "" || /^general$/i.test(pattern)) return value;
    if (value === "" || Number.isNaN(Number(value))) return value;
    let format = known.get(pattern);
    if (!format) known.set(pattern, (format = formats.numberFormat(0, pattern, is1904)));
    return format(Number(value));
  };
}
