/**
 * UTF-7 (RFC 2152), which old mail is written in: ASCII, with the other characters in Base64 between "+" and "-". Browsers and Node no longer
 * know it. It is read where it is declared, and never guessed.
 */

export function decodeUtf7(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return text.replace(/\+([A-Za-z\d+/]*)-?/g, (_, encoded: string) => {
    if (encoded === "") return "+";
    const units = Buffer.from(encoded, "base64");
    return units
      .subarray(0, units.length - (units.length % 2))
      .swap16()
      .toString("utf16le");
  });
}
