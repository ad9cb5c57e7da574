/** Tar files made here, as GNU's tar and pax write them. */

const block = 512;

/** @param options.pax names that are written as POSIX has it; other long ones as GNU's tar has it */
export function tarOf(files: Readonly<Record<string, string>>, { pax = [] as readonly string[] } = {}): Buffer {
  const parts: Buffer[] = [];
  const add = (name: string, kind: string, content: Buffer) => {
    const header = Buffer.alloc(block);
    header.write(name.slice(0, 99), 0, "utf8");
    header.write("0000644\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        ", 148);
    header.write(kind, 156);
    header.write("ustar\0", 257, "latin1");
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    parts.push(header, content, Buffer.alloc((block - (content.length % block)) % block));
  };
  for (const [name, text] of Object.entries(files)) {
    if (pax.includes(name)) {
      const record = ` path=${name}\n`;
      let length = Buffer.byteLength(record) + 3;
      if (String(length).length !== 3) length = Buffer.byteLength(record) + 2;
      add("PaxHeaders/0", "x", Buffer.from(`${length}${record}`));
    } else if (name.length > 99) add("././@LongLink", "L", Buffer.from(`${name}\0`));
    add(name, "0", Buffer.from(text));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
