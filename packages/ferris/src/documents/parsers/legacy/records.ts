/**
 * Records as the drawings of Office and the presentations of PowerPoint have them: eight bytes that say what it is and how long, then
 * more records, or what they are made of.
 */
import type { ByteReader } from "./byte-reader.ts";

export interface OfficeRecord {
  readonly type: number;
  readonly instance: number;
  readonly isContainer: boolean;
  /** Of its body, the end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The records that a record is made of. */
export function children(reader: ByteReader, { start, end }: Pick<OfficeRecord, "start" | "end">): OfficeRecord[] {
  const found: OfficeRecord[] = [];
  for (let at = start; at + 8 <= end;) {
    const record = recordAt(reader, at);
    if (!record) break;
    found.push({ ...record, end: Math.min(record.end, end) });
    at = Math.max(record.end, at + 8);
  }
  return found;
}

export function recordAt(reader: ByteReader, at: number): OfficeRecord | undefined {
  if (at < 0 || at + 8 > reader.length) return undefined;
  const version = reader.u16(at);
  const start = at + 8;
  return {
    type: reader.u16(at + 2),
    instance: version >> 4,
    isContainer: (version & 0xf) === 0xf,
    start,
    end: Math.min(reader.length, start + reader.u32(at + 4)),
  };
}
