/** A glyph that a page draws, and where it stands (glyphs.ts takes them out of the page). */

export interface Glyph {
  /** As the font's tables have it: a letter, a ligature's letters, what cannot be read, or nothing where they say none. */
  readonly text: string;
  /** Where it begins on its baseline, in the page's units. Of vertical writing: the middle of its top edge. */
  readonly x: number;
  readonly y: number;
  /** How far it moves along its direction. */
  readonly width: number;
  /** The font's size. */
  readonly size: number;
  /** Of its direction of writing, in degrees from 0 to 360, counterclockwise; 270 for vertical writing. */
  readonly angle: number;
  /** The font's name in the file. */
  readonly font: string;
  /** Its text is nothing but its number in the font: the file does not say which letter it is. */
  readonly isNumbered: boolean;
  /** Which operation drew it: glyphs of one stand in the file side by side. */
  readonly show: number;
}
