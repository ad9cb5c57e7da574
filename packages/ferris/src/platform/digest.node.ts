/** SHA-256, by Node. */
import { createHash } from "node:crypto";

/** As 64 hexadecimal digits; of text, that of its UTF-8. */
export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}
