/** metal-candle/tokenizer: the tokenizers on their own, for counting tokens or feeding an encoder of one's own. */
export { openTokenizer } from "./tokenizers/open-tokenizer.ts";
export type { Tokenizer } from "./tokenizers/tokenizer.ts";
export type { TokenizerFiles } from "./models/description.ts";
