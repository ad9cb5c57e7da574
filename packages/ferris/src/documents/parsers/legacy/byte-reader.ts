/**
 * Numbers out of bytes, little end first. What lies outside of the bytes is 0: files say where things are, and may be wrong.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return at >= 0 && at + 2 <= this.length ? this.#view.getUint16(at, true) : 0;
  }

  u32(at: number): number {
    return at >= 0 && at + 4 <= this.length ? this.#view.getUint32(at, true) : 0;
  }

  i32(at: number): number {
    return this.u32(at) | 0;
  }

  f64(at: number): number {
    return at >= 0 && at + 8 <= this.length ? this.#view.getFloat64(at, true) : 0;
  }

  /** As far as there are bytes. */
  slice(start: number, end: number): Uint8Array {
    return start >= 0 && start < end ? this.bytes.subarray(start, end) : new Uint8Array();
  }

  /** Text of two bytes a character. */
  wide(start: number, characters: number): string {
    return Buffer.from(this.slice(start, start + 2 * characters)).toString("utf16le");
  }

  /** Text of one byte a character, which is the first 256 of Unicode. */
  narrow(start: number, characters: number): string {
    return Buffer.from(this.slice(start, start + characters)).toString("latin1");
  }
}
