/**
 * Text out of a picture, by Tesseract in WebAssembly, in this thread: ferris parses in threads that may be given up.
 *
 * The program reads PNG, JPEG, WebP, TIFF, BMP and PNM itself. A picture that stands on its side or its head is tried in the other
 * directions when little of it can be read.
 */
import { gunzipSync } from "node:zlib";
import { joined } from "../parsers/pdf/hyphens.ts";
import { cached } from "./cache.ts";
import { loadProgram, trainedData } from "./languages.ts";
import type { OcrPage, OcrParagraph } from "./page.ts";

/** How a picture is to be turned before it is read, as EXIF numbers it: as it is, by a half, to the right, to the left. */
export type Orientation = 1 | 3 | 6 | 8;

interface Tesseract {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array): void;
    unlink(path: string): void;
  };
  readonly TessBaseAPI: new () => TesseractApi;
}

interface TesseractApi {
  Init(path: null, languages: string, mode: number): number;
  SetImageFile(orientation: number, angle: number): number;
  Recognize(monitor: null): number;
  GetJSONText(): string;
  Clear(): void;
  End(): void;
}

interface Found {
  readonly blocks?: readonly {
    readonly paragraphs?: readonly {
      readonly lines?: readonly {
        readonly rowAttributes?: { readonly rowHeight?: number };
        readonly words?: readonly { readonly text: string; readonly confidence: number }[];
      }[];
    }[];
  }[];
}

/** Recognition by a neural network of lines; the other one is not in this build. */
const lines = 1;
/** Words that the program is less sure of than this are shapes in the picture more often than words. */
const leastSure = 40;
/** A page of which it is less sure than this on the whole is a picture of something else. */
const leastSureOfPage = 40;
/** Below this, a picture may stand on its side, if that many words seem to be there. */
const sure = 65;
const fewestTurned = 8;

let engine: { readonly languages: string; readonly module: Tesseract; readonly api: TesseractApi } | undefined;
let version = "";

export interface RecogniseOptions {
  /** Defaults to 1. */
  readonly orientation?: Orientation;
  /** Called after each direction in which the picture was read: on a busy machine four of them take longer than anything else may. */
  readonly alive?: (() => void) | undefined;
}

/** @param image an encoded picture. @throws Error for one that the program cannot read */
export async function recognise(
  image: Uint8Array,
  languages: readonly string[],
  { orientation = 1, alive }: RecogniseOptions = {},
): Promise<OcrPage> {
  const { load, version: own } = loadProgram();
  version = own;
  return cached([version, languages.join("+"), String(orientation), image], async () => {
    const { module, api } = await engineFor(languages, load as () => Promise<Tesseract>);
    module.FS.writeFile("/input", image);
    try {
      let best = read(api, orientation);
      alive?.();
      if (best.confidence < sure && best.words >= fewestTurned) {
        for (const other of [1, 3, 6, 8] as const) {
          if (other === orientation) continue;
          const page = read(api, other);
          alive?.();
          if (weight(page) > weight(best)) best = page;
        }
      }
      module.FS.unlink("/input");
      api.Clear();
      return best.confidence < leastSureOfPage ? { ...best, paragraphs: [] } : best;
    } catch (cause) {
      // Out of memory, or worse: what is left of the program is not used again.
      engine = undefined;
      const detail = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new Error(`OCR failed: ${detail}`, { cause });
    }
  });
}

async function engineFor(
  languages: readonly string[],
  load: () => Promise<Tesseract>,
): Promise<NonNullable<typeof engine>> {
  const names = languages.join("+");
  if (engine?.languages === names) return engine;
  engine?.api.End();
  engine = undefined;
  const quiet = { print: () => {}, printErr: () => {} };
  const module = await (load as (options: object) => Promise<Tesseract>)(quiet);
  for (const language of languages) module.FS.writeFile(`./${language}.traineddata`, gunzipSync(trainedData(language)));
  const api = new module.TessBaseAPI();
  if (api.Init(null, names, lines) !== 0) throw new Error(`the OCR data of ${names} cannot be used: install it again`);
  return (engine = { languages: names, module, api });
}

function read(api: TesseractApi, orientation: Orientation): OcrPage {
  if (api.SetImageFile(orientation, 0) === 1) throw new Error("the picture cannot be read");
  api.Recognize(null);
  return pageOf(JSON.parse(api.GetJSONText()) as Found);
}

function pageOf({ blocks = [] }: Found): OcrPage {
  const sureness: number[] = [];
  const paragraphs = blocks.flatMap(({ paragraphs: own = [] }) =>
    own.flatMap((paragraph): OcrParagraph[] => {
      const kept = (paragraph.lines ?? []).flatMap(({ words = [], rowAttributes }) => {
        const known = words.filter(({ confidence, text }) => confidence >= leastSure && text.trim() !== "");
        sureness.push(...words.map(({ confidence }) => confidence));
        if (known.length === 0) return [];
        return [{ text: known.map(({ text }) => text).join(" "), size: rowAttributes?.rowHeight ?? 0 }];
      });
      if (kept.length === 0) return [];
      const sizes = kept.map(({ size }) => size).toSorted((a, b) => a - b);
      return [{ text: joined(kept), size: sizes[Math.floor(sizes.length / 2)]!, lines: kept.length }];
    }),
  );
  const sum = sureness.reduce((total, value) => total + value, 0);
  return { paragraphs, confidence: sureness.length === 0 ? 0 : sum / sureness.length, words: sureness.length };
}

/** How much was read, and how surely. */
function weight({ paragraphs, confidence }: OcrPage): number {
  return (
    confidence *
    Math.min(
      50,
      paragraphs.reduce((sum, { text }) => sum + text.length, 0),
    )
  );
}
