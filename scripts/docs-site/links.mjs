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
        const named = path === "" ? page : join(dirname(page), decodeURIComponent(path));
        if (!existsSync(named)) return true;
        const file = statSync(named).isDirectory() ? join(named, "index.html") : named;
        if (!existsSync(file)) return true;
        // typedoc's page of classes and what they extend names some that it does not show.
        if (path.endsWith("hierarchy.html")) return false;
        return Boolean(anchor) && file.endsWith(".html") && !idsOf(file).has(decodeURIComponent(anchor));
      })
      .map((target) => `${relative(folder, page)}: ${target}`),
  );
}

function decode(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}
