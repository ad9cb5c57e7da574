/** What went wrong, in the words of the server. */
import { shownText } from "./shown.ts";

export function Failure({ message }: { readonly message: string }) {
  return (
    <p class="failure" role="alert">
      {shownText(message)}
    </p>
  );
}
