/** Before anything is asked: what there is to search, and how. */
import { linkTo } from "../router.ts";
import { status } from "../status.ts";
import { counted } from "../ui/shown.ts";

export function Welcome() {
  const held = status.value;
  if (held === null) return null;
  const types = Object.entries(held.types).toSorted(([, a], [, b]) => b - a);
  const { changed, gone } = held.freshness;
  return (
    <div class="welcome">
      <p>
        Ask in your own words, or type what stands there. {counted(held.documents, "document")} in{" "}
        {counted(held.chunks, "passage")} are ready; nothing leaves this machine.
      </p>
      <ul class="types" aria-label="Types of documents">
        {types.slice(0, 12).map(([type, count]) => (
          <li key={type}>
            {type} <span class="count">{count.toLocaleString("en")}</span>
          </li>
        ))}
      </ul>
      {changed + gone > 0 && (
        <p>
          {counted(changed + gone, "file")} changed since they were indexed.{" "}
          <a href={linkTo("indexes")}>Bring the index up to date</a>
        </p>
      )}
      <dl class="keys">
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>to the question</dd>
        </div>
        <div>
          <dt>
            <kbd>↓</kbd> <kbd>↑</kbd>
          </dt>
          <dd>through the results</dd>
        </div>
        <div>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>opens the document at the passage</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>back</dd>
        </div>
      </dl>
    </div>
  );
}
