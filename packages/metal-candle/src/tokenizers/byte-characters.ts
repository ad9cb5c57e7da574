/** The character that stands for each byte in byte-level vocabularies: itself if it is printable, else one from U+0100 on (GPT-2). */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
})();

const encoder = new TextEncoder();

/** A text's UTF-8 bytes, each as its character. */
export function toByteCharacters(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) out += byteCharacters[byte]!;
  return out;
}
