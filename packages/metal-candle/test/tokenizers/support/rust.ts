/** The Rust tokenizers (the `tokenizers` package), which ours must equal; truncation and padding of the file switched off. */
import { Tokenizer } from "tokenizers";

export interface RustIds {
  readonly ids: number[];
  readonly types: number[];
}

export class RustTokenizer {
  readonly #tokenizer: Tokenizer;

  constructor(json: Uint8Array) {
    this.#tokenizer = Tokenizer.fromString(new TextDecoder().decode(json));
    this.#tokenizer.disableTruncation();
    this.#tokenizer.disablePadding();
  }

  async encode(texts: readonly string[]): Promise<number[][]> {
    const encoded = await this.#tokenizer.encodeBatch([...texts]);
    return encoded.map((encoding) => encoding.getIds());
  }

  /** Where each token of the texts' own stands, in characters, without those that are put around a text. */
  async places(texts: readonly string[]): Promise<{ ids: number[]; offsets: number[][] }[]> {
    const encoded = await this.#tokenizer.encodeBatch([...texts], { addSpecialTokens: false });
    return encoded.map((encoding) => ({ ids: encoding.getIds(), offsets: encoding.getOffsets() }));
  }

  async encodePairs(pairs: readonly (readonly [string, string])[], maxLength: number): Promise<RustIds[]> {
    this.#tokenizer.setTruncation(maxLength);
    const encoded = await Promise.all(pairs.map(([first, second]) => this.#tokenizer.encode(first, second)));
    this.#tokenizer.disableTruncation();
    return encoded.map((encoding) => ({ ids: encoding.getIds(), types: encoding.getTypeIds() }));
  }
}
