/**
 * Formulas that were put into a document as objects of Equation Editor or MathType, as before Office 2007.
 */
import { CompoundFile, isCompoundFile } from "../../archive/compound-file.ts";
import type { CompoundFolder } from "../../archive/compound-folder.ts";
import { DocumentError } from "../../../errors.ts";
import { textOfEquation } from "../math/mtef.ts";

/** What is said of a formula that is there and cannot be read. */
export const unreadFormula = "a formula in it was not read";

/** Whether an object may be one, by the program that a document says it is of. */
export function mayBeFormula(program = ""): boolean {
  return program === "" || /^(?:Equation|MathType)/i.test(program);
}

/** The formula in an object's folder: null for one that cannot be read, undefined where the object is something else. */
export function formulaInFolder(folder: CompoundFolder): string | null | undefined {
  const native = folder.stream("Equation Native");
  return native === null ? undefined : textOfEquation(native);
}

/** The same of the bytes of a part (oleObject1.bin). */
export function formulaInObject(bytes: Uint8Array): string | null | undefined {
  if (!isCompoundFile(bytes)) return undefined;
  try {
    return formulaInFolder(new CompoundFile(bytes));
  } catch (cause) {
    if (cause instanceof DocumentError) return undefined;
    throw cause;
  }
}
