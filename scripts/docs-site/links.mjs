/** Whether every link of a folder of pages leads to a file of it and, where it names one, to a place in it that is there. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One line per dead link. */
export function deadLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath, entry.name));
  const places = new Map();
  /** The ids of a page, read once. */
  const idsOf = (page) => {
    if (!places.has(page)) {
      places.set(
        page,
        new Set([...readFileSync(page, "utf8").matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id))),
      );
    }
    return places.get(page);
  };
  return pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)]
      .map(([, target]) => decode(target))
      .filter((target) => !/^(?:[a-z]+:|\/\/)/i.test(target))
      .filter((target) => {
        const [path, anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), decodeURIComponent(path));
        if (!existsSync(file) || statSync(file).isDirectory()) return true;
        return Boolean(anchor) && file.endsWith(".html") && !idsOf(file).has(decodeURIComponent(anchor));
      })
      .map((target) => `${relative(folder, page)}: ${target}`),
  );
}

function decode(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}
