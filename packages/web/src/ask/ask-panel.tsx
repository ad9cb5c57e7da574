/** The panel at `#/ask`: answers from the documents, each claim with its passage. */
import { useRef } from "preact/hooks";
import { documentLink } from "../document/document-link.ts";
import { about } from "../status.ts";
import { Failure } from "../ui/failure.tsx";
import { lazy } from "../ui/lazy.tsx";
import { fileName, shownName, shownText, withoutGaps } from "../ui/shown.ts";
import { ask, type Asked, beginAnew, conversation, isAsking, stop } from "./ask-client.ts";

const AnswerText = lazy(async () => (await import("./answer-text.tsx")).AnswerText);

export function AskPanel() {
  const input = useRef<HTMLTextAreaElement>(null);
  const submit = (event?: Event): void => {
    event?.preventDefault();
    const question = input.current!.value.trim();
    if (question === "") return;
    input.current!.value = "";
    void ask(question);
  };
  return (
    <div class="ask">
      <h1>Ask your documents</h1>
      {conversation.value.length === 0 && (
        <p class="soft">
          A language model reads the passages that fit your question best and answers from them alone, with a link to
          each passage it cites. Which model: the one that the server was started with, else one that runs on this
          machine.
        </p>
      )}
      {conversation.value.map((asked, i) => (
        <Exchange key={i} asked={asked} />
      ))}
      <form onSubmit={submit}>
        <label class="hidden" htmlFor="question">
          Your question
        </label>
        <textarea
          id="question"
          ref={input}
          rows={2}
          placeholder={conversation.value.length === 0 ? "What would you like to know?" : "Ask on"}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
          }}
        />
        <div class="actions">
          <button type="submit" disabled={isAsking.value}>
            Ask
          </button>
          {isAsking.value && (
            <button type="button" class="quiet" onClick={stop}>
              Stop
            </button>
          )}
          {conversation.value.length > 0 && (
            <button type="button" class="quiet" onClick={beginAnew}>
              Begin anew
            </button>
          )}
        </div>
      </form>
    </div>
  );
}

function Exchange({ asked }: { readonly asked: Asked }) {
  const { question, text, model, wait, answer, failure } = asked;
  const only = about.value?.indexes.length === 1 ? about.value.indexes[0] : undefined;
  const passages = answer?.passages ?? [];
  const linkOf = (number: number): string | undefined => {
    const passage = passages[number - 1];
    return passage && documentLink({ index: only, ...passage });
  };
  const isWaiting = answer === null && failure === null;
  return (
    <section class="exchange" aria-label={shownText(question)}>
      <h2>{shownText(question)}</h2>
      <div class="answer" aria-live="polite" aria-busy={isWaiting}>
        {text !== "" && <AnswerText text={text} linkOf={linkOf} />}
        {isWaiting && text === "" && (
          <p class="soft">{wait ?? (model === null ? "Looking for passages…" : `${model} reads…`)}</p>
        )}
        {failure !== null && <Failure message={failure} />}
        {answer !== null && answer.model === null && passages.length > 0 && <NoModel />}
        {answer !== null && passages.length === 0 && <p>Nothing in the documents is near enough to answer from.</p>}
        {answer !== null && answer.model !== null && !answer.answered && (
          <p class="soft">The documents do not answer this, as far as the model can tell.</p>
        )}
        {answer?.warnings.map((warning) => (
          <p key={warning} class="badge warn">
            {shownText(warning)}
          </p>
        ))}
      </div>
      {passages.length > 0 && (
        <details class="passages" open>
          <summary>
            {passages.length} passages{answer?.model && `, read by ${answer.model}`}
          </summary>
          <ol>
            {passages.map((passage, i) => (
              <li key={i} class={answer?.cited.includes(i + 1) ? "cited" : undefined}>
                <a href={documentLink({ index: only, ...passage })}>
                  <bdi>{shownName(passage.title ?? fileName(passage.path))}</bdi>
                </a>
                {passage.index !== undefined && <span class="soft"> {shownName(passage.index)}</span>}
                <p class="snippet">{shownText(withoutGaps(passage.snippet.text))}</p>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function NoModel() {
  return (
    <p>
      No language model is set, and none runs on this machine: these are the passages. Start Ollama or LM Studio here,
      or start the server with <code>FERRIS_LLM_BASE_URL</code> (and <code>FERRIS_LLM_MODEL</code>) set to one that
      speaks OpenAI's API.
    </p>
  );
}
