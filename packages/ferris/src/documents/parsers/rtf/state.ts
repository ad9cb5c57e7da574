/** What groups of RTF say of the words in them: each begins with what the one around it says. */

/** What the words of a group are: text of the document, nothing, or something that is kept elsewhere. */
export type Destination =
  | "text"
  | "none"
  | "fonts"
  | "styles"
  | "title"
  | "instruction"
  | "note"
  | "label"
  | "property"
  | "edge"
  | "picture"
  | "formula"
  | "form"
  | "object";

export interface State {
  destination: Destination;
  font: number;
  /** How many characters stand in for one that is given by its number. */
  fallback: number;
  isDeleted: boolean;
  /** In a group whose groups say the same, for programs that know Unicode and others. */
  isTwice: boolean;
  /** Where the words of the Unicode form belong. */
  instead: Destination | null;
  /** In a header, what does not go on in the line around it. */
  isOwnLine: boolean;
}

export const firstState: State = {
  destination: "text",
  font: 0,
  fallback: 1,
  isDeleted: false,
  isTwice: false,
  instead: null,
  isOwnLine: false,
};

/** Whether words stand beside the text. */
export function isAside(destination: Destination): boolean {
  return destination === "note" || destination === "edge";
}
