/**
 * Text in the character sets of before Unicode: what the detector has to recognise. The reverse of what ferris decodes, byte by byte.
 */
import { decodeStrictly, isSingleByte } from "../../../packages/ferris/dist/documents/decode/charset.js";

/** @type {Map<string, Map<string, number[]>>} */
const tables = new Map();

/** By character: its bytes. */
function tableOf(charset) {
  let table = tables.get(charset);
  if (table) return table;
  table = new Map();
  const put = (...bytes) => {
    const text = decodeStrictly(Uint8Array.from(bytes), charset);
    if (text !== null && Array.from(text).length === 1 && text !== "\ufffd" && !table.has(text)) table.set(text, bytes);
  };
  for (let byte = 0x80; byte < 0x100; byte++) put(byte);
  if (!isSingleByte(charset)) {
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) put(lead, trail);
  }
  tables.set(charset, table);
  return table;
}

/** What typewriters and old keyboards have in the place of what a set lacks. */
const plain = new Map(
  Object.entries({
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "‚": "'",
    "–": "-",
    "—": "-",
    "…": "...",
    "\u00a0": " ",
    "•": "*",
    "‐": "-",
    "−": "-",
    "«": '"',
    "»": '"',
  }),
);

/** The lines of `text` that can be said in `charset`, and their bytes. */
export function encodeLines(text, charset) {
  if (charset === "iso-2022-jp") return escaped(text);
  const table = tableOf(charset);
  const kept = [];
  const bytes = [];
  for (const line of text.split("\n")) {
    const own = [];
    let said = "";
    const isWhole = Array.from(line).every((character) => {
      for (const one of table.has(character) ? [character] : (plain.get(character) ?? character)) {
        if (one <= "\x7f") own.push(one.charCodeAt(0));
        else if (table.has(one)) own.push(...table.get(one));
        else return false;
        said += one;
      }
      return true;
    });
    if (!isWhole) continue;
    kept.push(said);
    bytes.push(...own, 0x0a);
  }
  return { text: kept.map((line) => `${line}\n`).join(""), bytes: Uint8Array.from(bytes) };
}

/** With escapes between ASCII and JIS X 0208, which are EUC-JP's bytes without their high bits. */
function escaped(text) {
  const table = tableOf("euc-jp");
  const kept = [];
  const bytes = [];
  for (const line of text.split("\n")) {
    const characters = Array.from(line);
    if (!characters.every((one) => one <= "\x7f" || table.get(one)?.length === 2)) continue;
    kept.push(line);
    let isWide = false;
    for (const one of characters) {
      if (one > "\x7f" !== isWide) bytes.push(0x1b, isWide ? 0x28 : 0x24, 0x42);
      isWide = one > "\x7f";
      bytes.push(...(isWide ? table.get(one).map((byte) => byte & 0x7f) : [one.charCodeAt(0)]));
    }
    if (isWide) bytes.push(0x1b, 0x28, 0x42);
    bytes.push(0x0a);
  }
  return { text: kept.map((line) => `${line}\n`).join(""), bytes: Uint8Array.from(bytes) };
}
