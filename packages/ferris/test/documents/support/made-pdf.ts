/** Small PDFs of one page, written as the specification has it: for what no program at hand produces. */

export interface MadePdf {
  /** Its drawing. Fonts are /F1, /F2 …, as `fonts` has them. */
  readonly content: string;
  readonly fonts: readonly string[];
  /** Further objects, numbered from 20. */
  readonly objects?: readonly string[];
  readonly annotations?: string;
}

/** Without a table of objects: readers look for them themselves. */
export function madePdf({ content, fonts, objects = [], annotations = "" }: MadePdf): Buffer {
  const named = fonts.map((font, i) => `/F${i + 1} ${font}`).join(" ");
  const all: [number: number, body: string][] = [
    [1, "<< /Type /Catalog /Pages 2 0 R >>"],
    [2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"],
    [
      3,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R /Annots [${annotations}] /Resources << /Font << ${named} >> >> >>`,
    ],
    [4, stream(content)],
    ...objects.map((body, i): [number, string] => [20 + i, body]),
  ];
  const body = all.map(([number, text]) => `${number} 0 obj\n${text}\nendobj\n`).join("");
  return Buffer.from(`%PDF-1.7\n${body}trailer\n<< /Root 1 0 R >>\n%%EOF\n`, "latin1");
}

export function stream(content: string, entries = ""): string {
  return `<< ${entries} /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

/** A font of `letters`, of which the first is the byte 0x41; `widths` in thousandths. */
export function fontOf(letters: string, widths: readonly number[], map: string): string {
  const last = 0x41 + Array.from(letters).length - 1;
  return `<< /Type /Font /Subtype /TrueType /BaseFont /Made /FirstChar 65 /LastChar ${last} /Widths [${widths.join(" ")}] /ToUnicode ${map} /FontDescriptor << /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /Ascent 900 /Descent -200 /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>`;
}

/** Which characters a font's bytes from 0x41 on are. */
export function unicodeMap(letters: string): string {
  const rows = Array.from(letters).map((letter, i) => {
    const code = (0x41 + i).toString(16).padStart(2, "0");
    return `<${code}> <${letter.codePointAt(0)!.toString(16).padStart(4, "0")}>`;
  });
  return stream(
    `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def /CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange ${rows.length} beginbfchar\n${rows.join("\n")}\nendbfchar endcmap end end`,
  );
}
