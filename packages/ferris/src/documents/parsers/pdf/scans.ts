/**
 * Pages of a PDF that are pictures of text, read by OCR: those without text, and those with so little beside a picture of the page that it
 * is a stamp or a fax's head.
 */
import { isReadable } from "../../ocr/add-page.ts";
import { recognise } from "../../ocr/recognise.ts";
import { operations, withPdf } from "./engine.ts";
import { pagePicture } from "./page-picture.ts";
import type { Page } from "./read-pages.ts";

/** More text than this is the page's own. */
const mostCharacters = 100;
/** Beside a text, what OCR is not sure of is a picture. */
const leastSure = 60;
const mostPages = 2_000;
/** Of one picture in a page. */
const mostPixels = 60_000_000;

/** The pages, with what OCR found on those that need it. `alive` is called after each. */
export async function withScans(
  bytes: Uint8Array,
  pages: readonly Page[],
  languages: readonly string[],
  alive: (() => void) | undefined,
): Promise<readonly Page[]> {
  const wanted = pages.map(charactersOf).flatMap((count, index) => (count <= mostCharacters ? [index] : []));
  if (wanted.length === 0) return pages;
  const result = pages.slice();
  await withPdf(
    bytes,
    async (document) => {
      const OPS = await operations();
      for (const index of wanted.slice(0, mostPages)) {
        const own = pages[index]!;
        const picture = await document
          .getPage(index + 1)
          .then((page) => pagePicture(page, OPS).finally(() => page.cleanup()))
          // A page that cannot be read was named before.
          .catch(() => null);
        if (picture === null) continue;
        const scan = await recognise(picture, languages, { alive });
        alive?.();
        const isSure = charactersOf(own) === 0 || scan.confidence >= leastSure;
        if (isSure && isReadable(scan)) result[index] = { ...own, scan };
      }
    },
    { mostPixels },
  );
  return result;
}

function charactersOf({ lines, others }: Page): number {
  return [lines, ...others].flat().reduce((sum, { text }) => sum + text.length, 0);
}
