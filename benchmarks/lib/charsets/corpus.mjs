/**
 * Texts for charsets.mjs: manual pages and translations of Debian's packages in 30 languages, which the detector's tables were not made of, and
 * chardet's collection of pages and files that were found in their sets.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const manuals = "cs da de el es fi fr hu id it ja ko mk nb nl pl pt-br ro ru sr sv tr uk vi zh".split(" ");
const translated = "apt coreutils tar wget bash gnupg-l10n libgtk2.0-common".split(" ");

export const packages = {
  pypi: ["chardet==5.2.0"],
  debian: [...manuals.map((language) => `manpages-${language}`), ...translated],
};

const west = "windows-1252 iso-8859-15 ibm850 ibm437 macintosh".split(" ");
const centre = "windows-1250 iso-8859-2 ibm852 x-mac-ce".split(" ");
const baltic = "windows-1257 iso-8859-13 iso-8859-4 ibm775".split(" ");
const cyrillic = "windows-1251 koi8-r iso-8859-5 ibm866 x-mac-cyrillic".split(" ");
const serbian = "windows-1251 iso-8859-5 ibm855 x-mac-cyrillic".split(" ");

/** By language, as folders of translations call it: the sets that its texts were written in. */
export const setsOf = {
  ca: west,
  da: [...west, "ibm865"],
  de: west,
  es: west,
  fi: west,
  fr: [...west, "ibm863"],
  is: [...west, "ibm861"],
  it: west,
  nb: [...west, "ibm865"],
  nl: west,
  pt: [...west, "ibm860"],
  pt_BR: [...west, "ibm860"],
  sv: west,
  cs: centre,
  hr: [...centre, "x-mac-croatian"],
  hu: centre,
  pl: centre,
  sk: centre,
  sl: [...centre, "x-mac-croatian"],
  ro: [...centre.slice(0, 3), "iso-8859-16", "x-mac-romanian"],
  sq: west,
  et: [...baltic, "windows-1252"],
  lt: baltic,
  lv: baltic,
  tr: ["windows-1254", "ibm857", "x-mac-turkish"],
  bg: cyrillic,
  mk: serbian,
  ru: cyrillic,
  sr: serbian,
  uk: ["windows-1251", "koi8-u", "iso-8859-5", "ibm1125", "x-mac-cyrillic"],
  el: ["windows-1253", "iso-8859-7", "ibm737", "ibm869", "x-mac-greek"],
  ar: ["windows-1256", "iso-8859-6"],
  th: ["windows-874"],
  ja: ["shift_jis", "euc-jp", "iso-2022-jp"],
  ko: ["euc-kr"],
  zh_CN: ["gbk", "gb18030"],
  zh_TW: ["big5"],
};

/** By language: lines of prose, each once. */
export function textsIn(cache) {
  /** @type {Map<string, Set<string>>} */
  const texts = new Map(Object.keys(setsOf).map((language) => [language, new Set()]));
  for (const name of packages.debian) {
    const share = join(cache, "packages", name, "usr/share");
    for (const language of texts.keys()) {
      for (const line of linesOfManuals(join(share, "man", language))) texts.get(language).add(line);
      for (const line of linesOfCatalogues(join(share, "locale", language, "LC_MESSAGES")))
        texts.get(language).add(line);
    }
  }
  return texts;
}

function linesOfManuals(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /man[1578]\/.*\.gz$/.test(path))
    .toSorted()
    .slice(0, 150)
    .flatMap((path) => {
      const roff = gunzipSync(readFileSync(join(folder, path))).toString();
      return roff
        .split("\n")
        .filter((line) => !/^[.']/.test(line) && /\p{L}/u.test(line))
        .map((line) =>
          line
            .replace(/\\f(?:[A-Z]|\([A-Z]{2}|\[[^\]]*\])|\\&/g, "")
            .replaceAll("\\-", "-")
            .replace(/\\(?:\(..|\[[^\]]*\])/g, " ")
            .replace(/\\./g, ""),
        );
    });
}

/** Compiled translations (.mo): a table of texts, and one of their translations. */
function linesOfCatalogues(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".mo"))
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      if (bytes.readUInt32LE(0) !== 0x950412de) return [];
      const [count, , at] = [8, 12, 16].map((field) => bytes.readUInt32LE(field));
      const said = Array.from({ length: count }, (_, i) => {
        const [length, offset] = [bytes.readUInt32LE(at + 8 * i), bytes.readUInt32LE(at + 8 * i + 4)];
        return bytes.toString("utf8", offset, offset + length);
      });
      // The first is the catalogue's header, and says its character set.
      if (!/charset=utf-?8/i.test(said[0] ?? "")) return [];
      return said
        .slice(1)
        .flatMap((text) => text.split(/[\n\0]/))
        .filter((line) => /\p{L}{3}/u.test(line));
    });
}

/** Files that were found in a set, with its name: chardet's, whose folders say set and language. Those in Unicode's forms say what they are. */
export function foundFiles(cache) {
  const [tests] = readdirSync(join(cache, "packages"), { encoding: "utf8" })
    .filter((name) => name.startsWith("chardet"))
    .flatMap((name) =>
      readdirSync(join(cache, "packages", name)).map((inner) => join(cache, "packages", name, inner, "tests")),
    )
    .filter((folder) => existsSync(folder));
  if (tests === undefined) return [];
  return readdirSync(tests, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^utf/i.test(entry.name))
    .flatMap(({ name }) =>
      readdirSync(join(tests, name)).map((file) => ({
        path: join(tests, name, file),
        label: name.replace(/-[a-z]{4,}$/, ""),
        folder: name,
      })),
    );
}
