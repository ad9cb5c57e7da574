/**
 * Office documents that are one XML file, told by their beginnings: looked at for every file, so nothing is loaded here.
 */

const flatPackage = /<[\w-]{1,40}:package\s[^>]{0,2000}http:\/\/schemas\.microsoft\.com\/office\/2006\/xmlPackage/;
const word2003 =
  /<(?:[\w-]{1,40}:)?wordDocument\s[^>]{0,2000}http:\/\/schemas\.microsoft\.com\/office\/word\/2003\/wordml/;
const workbook = /<(?:[\w-]{1,40}:)?Workbook\s[^>]{0,2000}urn:schemas-microsoft-com:office:spreadsheet/;

/** The beginning of a file, a character a byte, without the mark of UTF-8 or UTF-16 and the latter's empty bytes. */
function withoutMark(beginning: string): string {
  return beginning.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "");
}

/** Word 2003's XML, or a package of Word that is written out flat. */
export function isSingleWordFile(beginning: string): boolean {
  const head = withoutMark(beginning);
  if (!/^\s*<(?:\?xml\b|(?:[\w-]{1,40}:)?(?:wordDocument|package)\s)/.test(head)) return false;
  return /<\?mso-application progid="Word\.Document"\?>/.test(head) || word2003.test(head) || flatPackage.test(head);
}

/** Excel 2003's XML. */
export function isExcel2003(beginning: string): boolean {
  const head = withoutMark(beginning);
  return /^\s*<(?:\?xml\b|(?:[\w-]{1,40}:)?Workbook\s)/.test(head) && workbook.test(head);
}
