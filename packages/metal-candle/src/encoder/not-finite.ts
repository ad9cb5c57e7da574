/** The error of a batch whose rows are not finite, though its weights are: the same words on every device. */
import { UnsupportedModelError } from "../errors.ts";

export function notFinite(): UnsupportedModelError {
  return new UnsupportedModelError(
    "This model's values leave the range of f32 (NaN or infinity) on a text of this batch, so its vectors would be wrong.",
  );
}
