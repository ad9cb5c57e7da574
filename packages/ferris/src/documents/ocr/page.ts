/** What was read on a picture. Types only. */

export interface OcrParagraph {
  readonly text: string;
  /** Of its lines, in pixels: a heading's are larger. */
  readonly size: number;
  readonly lines: number;
}

export interface OcrPage {
  readonly paragraphs: readonly OcrParagraph[];
  /** Of all that look like words, from 0 to 100, and how many those are. */
  readonly confidence: number;
  readonly words: number;
}
