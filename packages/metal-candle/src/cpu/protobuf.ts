/**
 * Protocol-buffer wire format, the writing half, as far as an ONNX file needs it.
 *
 * Messages are nested by writing the inner one first and copying it in; the messages here are small, since weights travel beside
 * the graph and not in it. https://protobuf.dev/programming-guides/encoding
 */
const varintWire = 0;
const bytesWire = 2;
const fixed32Wire = 5;

/** One message under construction. Field numbers are the caller's. */
export class ProtobufMessage {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** int32, int64 and enum fields; values must not be negative beyond −2⁵³. */
  integer(field: number, value: number): this {
    this.#varint(BigInt((field << 3) | varintWire));
    // Negative numbers are ten-byte varints of their 64-bit two's complement.
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(BigInt((field << 3) | fixed32Wire));
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufMessage): this {
    return this.bytes(field, value.finish());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(BigInt((field << 3) | bytesWire));
    this.#varint(BigInt(value.byteLength));
    this.#reserve(value.byteLength);
    this.#bytes.set(value, this.#length);
    this.#length += value.byteLength;
    return this;
  }

  /** What has been written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
