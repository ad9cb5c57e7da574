/** One page of a PDF: drawn when it comes near the window, its text above it to be selected and read out. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { boxesOf } from "./passage-boxes.ts";
import { loadPdfjs, type PdfDocument } from "./open-pdf.ts";

interface PdfPageProps {
  readonly pdf: PdfDocument;
  readonly number: number;
  readonly ratio: number;
  /** Empty: none on this page. */
  readonly passage: string;
}

/** A sharp screen gets twice the points, and no page more than this many: large ones cost memory. */
const mostPixels = 8_000_000;

/** In shares of the page. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function PdfPageView({ pdf, number, ratio, passage }: PdfPageProps) {
  const frame = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const shape = useSignal(ratio);
  const marks = useSignal<readonly Place[]>([]);
  const failure = useSignal<string | null>(null);

  useEffect(() => {
    const abort = new AbortController();
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        draw(abort.signal).catch((error: Error) => {
          if (!abort.signal.aborted) failure.value = error.message;
        });
      },
      { rootMargin: "600px" },
    );
    observer.observe(frame.current!);
    return () => {
      observer.disconnect();
      abort.abort();
    };
  }, []);

  const draw = async (signal: AbortSignal): Promise<void> => {
    const [{ TextLayer }, page] = await Promise.all([loadPdfjs(), pdf.getPage(number)]);
    const plain = page.getViewport({ scale: 1 });
    shape.value = plain.height / plain.width;
    const width = frame.current!.clientWidth;
    const sharp = Math.min(
      devicePixelRatio * (width / plain.width),
      Math.sqrt(mostPixels / (plain.width * plain.height)),
    );
    const viewport = page.getViewport({ scale: sharp });
    const target = canvas.current!;
    target.width = Math.floor(viewport.width);
    target.height = Math.floor(viewport.height);
    const task = page.render({ canvas: target, viewport });
    signal.addEventListener("abort", () => task.cancel(), { once: true });
    await task.promise;
    const text = await page.getTextContent();
    signal.throwIfAborted();
    const scale = width / plain.width;
    layer.current!.style.setProperty("--total-scale-factor", String(scale));
    await new TextLayer({
      textContentSource: text,
      container: layer.current!,
      viewport: page.getViewport({ scale }),
    }).render();
    marks.value = boxesOf(text, passage).map((box) => {
      const [x1, y1, x2, y2] = plain.convertToViewportRectangle([
        box.x,
        box.y,
        box.x + box.width,
        box.y + box.height,
      ]) as number[];
      const [left, top] = [Math.min(x1!, x2!), Math.min(y1!, y2!)];
      return {
        left: left / plain.width,
        top: top / plain.height,
        width: Math.abs(x2! - x1!) / plain.width,
        height: Math.abs(y2! - y1!) / plain.height,
      };
    });
    // When the place on the page is known, it is what is to be seen.
    if (marks.value.length > 0)
      setTimeout(() => frame.current?.querySelector(".pdf-mark")?.scrollIntoView({ block: "center" }));
  };

  return (
    <section
      ref={frame}
      class="pdf-page"
      data-page={number}
      aria-label={`Page ${number}`}
      style={{ aspectRatio: `1 / ${shape.value}` }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {marks.value.map(({ left, top, width, height }, i) => (
        <span
          key={i}
          class="pdf-mark passage"
          style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
        />
      ))}
      <div ref={layer} class="textLayer" />
      {failure.value !== null && <p class="failure">This page cannot be drawn: {failure.value}</p>}
      <span class="page-number" aria-hidden="true">
        {number}
      </span>
    </section>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
