/**
 * Office documents that are one XML file, told by their beginnings: looked at for every file, so nothing is loaded here.
 */

const flatPackage = /<[\w-]{1,40}:package\s[^>]{0,2000}http:\/\/schemas\.microsoft\.com\/office\/2006\/xmlPackage/;
const workbook = /<(?:[\w-]{1,40}:)?Workbook\s[^>]{0,2000}urn:schemas-microsoft-com:office:spreadsheet/;

/** Word 2003's XML, or a package of Word that is written out flat. */
export function isSingleWordFile(head: string): boolean {
  return (
    /^\s*<\?xml\b/.test(head) && (/<\?mso-application progid="Word\.Document"\?>/.test(head) || flatPackage.test(head))
  );
}

/** Excel 2003's XML. */
export function isExcel2003(head: string): boolean {
  return /^\s*<\?xml\b/.test(head) && workbook.test(head);
}
