/** SHA-256, by a library: a page's own (WebCrypto) answers later, and chunks by the thousand cannot wait for an answer each. */
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** As 64 hexadecimal digits; of text, that of its UTF-8. */
export function sha256(data: Uint8Array | string): string {
  return bytesToHex(hash(typeof data === "string" ? utf8ToBytes(data) : data));
}
