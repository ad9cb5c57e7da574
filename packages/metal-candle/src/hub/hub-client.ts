/**
 * Talking to a hub: where it is, who asks, and what its refusals mean.
 *
 * Requests that may succeed later (a dropped connection, 429, 5xx) are tried again, as long as the server says or the policy
 * allows; everything else becomes an error that says what to do. What the answers mean is for repository.ts and download-file.ts.
 */
import { environmentVariable, homeFolder, modelsAreUrls } from "#platform/environment";
import { networkFetch } from "#platform/fetch";
import { joinPath, readFileBytes } from "#platform/files";
import { DownloadError, InvalidArgumentError, ModelNotFoundError } from "../errors.ts";

/** How patient to be. */
export interface Patience {
  /** Attempts at one request or one stretch of a file that brought nothing. */
  readonly attempts: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly backoffMilliseconds: number;
  /** Longest wait that a server may ask for (429 with Retry-After). */
  readonly longestWaitMilliseconds: number;
  /** A connection that brings nothing for this long is dropped. */
  readonly stallMilliseconds: number;
  /** What the hub says of a repository must have come by then. */
  readonly answerMilliseconds: number;
  /** A file that comes more slowly than this, over a minute, is given up. */
  readonly leastBytesPerSecond: number;
}

export const usualPatience: Patience = {
  attempts: 5,
  backoffMilliseconds: 500,
  longestWaitMilliseconds: 60_000,
  stallMilliseconds: 30_000,
  answerMilliseconds: 30_000,
  leastBytesPerSecond: 200,
};

/** A transient failure of a request; retryable. `waitMilliseconds` is the server's wish. */
export class TransientFailure extends Error {
  readonly waitMilliseconds: number | null;
  constructor(message: string, waitMilliseconds: number | null = null) {
    super(message);
    this.waitMilliseconds = waitMilliseconds;
  }
}

/** Whether HF_HUB_OFFLINE forbids downloads. */
export function hubIsOffline(): boolean {
  return /^(1|true|yes|on)$/i.test(environmentVariable("HF_HUB_OFFLINE") ?? "");
}

/** The hub that the environment names: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE. */
export class HubClient {
  readonly endpoint: string;
  readonly patience: Patience;
  readonly #authorization: Authorization | null;
  readonly #fetch: typeof fetch;

  private constructor(
    endpoint: string,
    authorization: Authorization | null,
    fetcher: typeof fetch,
    patience: Patience,
  ) {
    this.endpoint = endpoint;
    this.patience = patience;
    this.#authorization = authorization;
    this.#fetch = fetcher;
  }

  /**
   * @param hub its URL, in the place of what the environment says. A user name and password in it are sent to it, in the token's place, and
   *   are not part of `endpoint`, which messages name
   * @throws DownloadError when HF_HUB_OFFLINE forbids it; InvalidArgumentError for a hub that is not a URL
   */
  static async open(patience: Patience, hub?: string): Promise<HubClient> {
    if (hubIsOffline()) {
      throw new DownloadError("HF_HUB_OFFLINE is set, so nothing is downloaded. Unset it to pull models.");
    }
    const given = hub ?? environmentVariable("HF_ENDPOINT") ?? "https://huggingface.co";
    const endpoint = given.replace(/\/+$/, "");
    if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
      const name = hub === undefined ? "HF_ENDPOINT" : "hub";
      const shown = endpoint.includes("@") ? "not one" : `"${endpoint}"`;
      throw new InvalidArgumentError(`${name} is ${shown}; it must be an http or https URL.`);
    }
    const { href, basic } = withoutCredentials(endpoint);
    const token = basic === null ? await readToken() : null;
    const authorization =
      basic ?? (token === null ? null : { header: `Bearer ${token}`, from: "the token in HF_TOKEN" });
    return new HubClient(href, authorization, await networkFetch(), patience);
  }

  /** Sends one request, with the token where it goes to the hub itself. Redirects are followed; theirs carry no token. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#authorization !== null && url.startsWith(`${this.endpoint}/`)) {
      headers.set("authorization", this.#authorization.header);
    }
    try {
      return await this.#fetch(url, { ...init, headers });
    } catch (error) {
      init.signal?.throwIfAborted();
      const cause = (error as Error).cause;
      if (isAboutCertificate(cause)) throw untrusted(url, cause);
      throw new TransientFailure(cause instanceof Error ? cause.message : (error as Error).message);
    }
  }

  /**
   * The response if it is a good one.
   * @throws TransientFailure, DownloadError, ModelNotFoundError
   */
  async expectOk(response: Response, id: string, what: string): Promise<Response> {
    if (response.ok) return response;
    await response.body?.cancel();
    const { status } = response;
    if (status === 429 || status >= 500 || status === 408) {
      const wait = Number(response.headers.get("retry-after"));
      const reason = status === 429 ? "the hub asks for fewer requests (429)" : `the hub answered ${status}`;
      throw new TransientFailure(reason, Number.isFinite(wait) && wait > 0 ? wait * 1000 : null);
    }
    if (status === 401 || status === 403) {
      const misspelt = `${this.endpoint} refuses ${what} of ${id} (${status}). The name may be misspelt, or the repository private or gated`;
      if (modelsAreUrls) throw new DownloadError(`${misspelt}, which a page cannot load. ${folderHint(id)}`);
      throw new DownloadError(
        `${misspelt}: ` +
          (this.#authorization === null
            ? "then set HF_TOKEN to a token of an account that may read it."
            : `${this.#authorization.from} may not read it; open the model's page and accept its terms.`),
      );
    }
    if (status === 404) {
      const hint = modelsAreUrls ? ` ${folderHint(id)}` : "";
      throw new ModelNotFoundError(`${this.endpoint} has no ${what} of ${id} (404).${hint}`);
    }
    throw new DownloadError(`${this.endpoint} answered ${status} to ${what} of ${id}.`);
  }

  /**
   * Runs `attempt` until it succeeds, fails for good, or has failed `attempts` times without `progress` in between.
   * @throws DownloadError with the last reason
   */
  async retrying<T>(
    what: string,
    signal: AbortSignal | undefined,
    attempt: () => Promise<T>,
    progress: () => number = () => 0,
  ): Promise<T> {
    const { attempts, backoffMilliseconds, longestWaitMilliseconds } = this.patience;
    let failures = 0;
    for (;;) {
      signal?.throwIfAborted();
      const before = progress();
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TransientFailure)) throw error;
        failures = progress() > before ? 1 : failures + 1;
        const wait = error.waitMilliseconds ?? backoffMilliseconds * 2 ** (failures - 1);
        if (failures >= attempts || wait > longestWaitMilliseconds) {
          const tooLong = wait > longestWaitMilliseconds ? `, for ${Math.ceil(wait / 1000)} seconds` : "";
          throw new DownloadError(
            `${what} failed after ${failures === 1 ? "one attempt" : `${failures} attempts`}: ${error.message}${tooLong}. ` +
              `Try again later; what was downloaded is kept.`,
            { cause: error },
          );
        }
        await pause(wait, signal);
      }
    }
  }
}

/** Node's codes for a certificate that it does not accept. Trying again changes nothing. */
const certificateCode = /CERT|^UNABLE_TO_VERIFY/;

function isAboutCertificate(cause: unknown): cause is Error {
  return cause instanceof Error && "code" in cause && certificateCode.test(String(cause.code));
}

function untrusted(url: string, cause: Error): DownloadError {
  return new DownloadError(
    `The certificate of ${new URL(url).host} is not accepted here: ${cause.message}. Where a proxy of your organisation signs its own, start the ` +
      `process with NODE_EXTRA_CA_CERTS=FILE, the organisation's certificate in PEM.`,
    { cause },
  );
}

/** What is sent to the hub, and to nobody else. */
interface Authorization {
  readonly header: string;
  /** Where it came from, for messages. */
  readonly from: string;
}

/** `fetch` takes no URL with a user name or password in it, and no message should. */
function withoutCredentials(endpoint: string): { href: string; basic: Authorization | null } {
  const url = new URL(endpoint);
  const { username, password } = url;
  if (username === "" && password === "") return { href: endpoint, basic: null };
  url.username = url.password = "";
  const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const header = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  return {
    href: url.href.replace(/\/+$/, ""),
    basic: { header, from: "the user name and password in the hub's URL" },
  };
}

/** A relative URL without a dot looks like an id. */
function folderHint(id: string): string {
  return `For a folder of this site, give its URL: "./${id}".`;
}

/** HF_TOKEN, else the token that `hf auth login` stored. */
async function readToken(): Promise<string | null> {
  const given = environmentVariable("HF_TOKEN") ?? environmentVariable("HUGGING_FACE_HUB_TOKEN");
  if (given !== undefined) return given.trim();
  const home = environmentVariable("HF_HOME");
  const user = homeFolder();
  const folder = home ?? (user === null ? null : joinPath(user, ".cache", "huggingface"));
  const path = environmentVariable("HF_TOKEN_PATH") ?? (folder === null ? null : joinPath(folder, "token"));
  const stored = path === null ? null : await readFileBytes(path, 4096).catch(() => null);
  return stored === null ? null : new TextDecoder().decode(stored).trim() || null;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
