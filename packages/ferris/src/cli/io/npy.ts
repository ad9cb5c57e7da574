/**
 * NumPy's .npy format, version 1.0, for one matrix of little-endian f32 whose number of rows is known only at the end.
 *
 * The header has one size for any number of rows: it is written first with zero rows, and again, in place, when they are counted.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

/** A multiple of 64, as the format wants, with room for row counts up to 2^53. */
export const npyHeaderBytes = 128;

/** The first bytes of a file with a C-ordered `<f4` matrix of shape [rows, columns]. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const header = Buffer.alloc(npyHeaderBytes, " ");
  header.write("\u0093NUMPY\u0001\u0000", 0, "latin1");
  header.writeUInt16LE(npyHeaderBytes - 10, 8);
  header.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`, 10, "latin1");
  header.write("\n", npyHeaderBytes - 1, "latin1");
  return header;
}

/** The bytes of `values` in little-endian order: a view of them wherever the machine is little-endian, as all of ours are. */
export function littleEndianBytes(values: Float32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return isLittleEndian ? bytes : Buffer.from(bytes).swap32();
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
