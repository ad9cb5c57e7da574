/**
 * Which of transformers' tokenizer classes opens a model, as AutoTokenizer of transformers 5 decides it: by the name in
 * tokenizer_config.json (else config.json), and by the model type where there is none or the name is that type's own.
 *
 * It matters because most classes rebuild the tokenizer from its vocabulary and tokenizer_config.json, and read little else of
 * tokenizer.json (rebuild.ts).
 */
import { UnsupportedModelError } from "../../errors.ts";

/** The classes that we rebuild as transformers does; "file" is TokenizersBackend, which takes tokenizer.json as it is. */
export type TokenizerClass =
  | "bert"
  | "distilbert"
  | "mpnet"
  | "roberta"
  | "xlm-roberta"
  | "camembert"
  | "qwen2"
  | "gemma"
  | "file";

/** The class that transformers registers for each of our model types; for all others it has none. */
const byModelType: ReadonlyMap<string, TokenizerClass> = new Map<string, TokenizerClass>([
  ["bert", "bert"],
  ["distilbert", "bert"],
  ["electra", "bert"],
  ["nomic_bert", "bert"],
  ["mpnet", "mpnet"],
  ["roberta", "roberta"],
  ["xlm-roberta", "xlm-roberta"],
  ["gte", "xlm-roberta"],
  ["camembert", "camembert"],
  ["qwen2", "qwen2"],
  ["qwen3", "qwen2"],
  ["gemma", "gemma"],
  ["gemma2", "gemma"],
  ["gemma3", "gemma"],
  ["gemma3_text", "gemma"],
]);

/** Model types whose published files name a wrong class: whatever they say, this one serves. */
const alwaysByModelType: ReadonlyMap<string, TokenizerClass> = new Map<string, TokenizerClass>([
  ["modernbert", "file"],
  ["qwen2", "qwen2"],
]);

/** Names without "Fast", which transformers strips. */
const byName: ReadonlyMap<string, TokenizerClass> = new Map<string, TokenizerClass>([
  ["BertTokenizer", "bert"],
  ["ElectraTokenizer", "bert"],
  ["MobileBertTokenizer", "bert"],
  ["SqueezeBertTokenizer", "bert"],
  ["LayoutLMTokenizer", "bert"],
  ["LxmertTokenizer", "bert"],
  ["DistilBertTokenizer", "distilbert"],
  ["MPNetTokenizer", "mpnet"],
  ["RobertaTokenizer", "roberta"],
  ["BartTokenizer", "roberta"],
  ["LEDTokenizer", "roberta"],
  ["LongformerTokenizer", "roberta"],
  ["MvpTokenizer", "roberta"],
  ["XLMRobertaTokenizer", "xlm-roberta"],
  ["CamembertTokenizer", "camembert"],
  ["Qwen2Tokenizer", "qwen2"],
  ["GemmaTokenizer", "gemma"],
  ["TokenizersBackend", "file"],
  ["BloomTokenizer", "file"],
  ["PreTrainedTokenizer", "file"],
  ["PythonBackend", "file"],
]);

/**
 * Classes of transformers that build a tokenizer in ways of their own, without "Tokenizer" at the end. A name that is neither here
 * nor above does not exist there, and then TokenizersBackend serves.
 */
const otherClasses: ReadonlySet<string> = new Set(
  (
    "Albert Auto Barthez Bartpho Basic BertGeneration BertJapanese Bertweet BigBird BioGpt Blenderbot BlenderbotSmall ByT5 CLIP " +
    "CTRL Canine Character Clvp CodeGen CodeLlama Cohere ConvBert Cpm CpmAnt DPRContextEncoder DPRQuestionEncoder DPRReader " +
    "Deberta DebertaV2 Dia Esm Esmc FNet FSMT FastSpeech2Conformer Flaubert Funnel GPT2 GPTNeoX GPTNeoXJapanese GPTSw3 " +
    "Herbert Lasr LayoutLMv2 LayoutLMv3 LayoutXLM Llama Luke M2M100 MBart MBart50 MLuke Marian MarkupLM Mecab Mgpstr MyT5 Nllb " +
    "Nougat OpenAIGPT PLBart Parakeet Pegasus Perceiver Phobert Pop2Piano ProphetNet Qwen3_5 Rag Reformer RemBert RoCBert " +
    "RoFormer SeamlessM4T Siglip Siglip2 Speech2Text SpeechT5 Splinter T5 Tapas Tipsv2 Udop VideoPrism Vits Wav2Vec2CTC " +
    "Wav2Vec2PhonemeCTC Whisper Wordpiece XGLM XLM XLNet MistralCommonBackend SentencePieceBackend"
  ).split(" "),
);

/**
 * @param modelType `model_type` of config.json
 * @param name `tokenizer_class` of tokenizer_config.json, else of config.json; null where neither has one
 * @param isByteLevel whether tokenizer.json has a byte-level part
 * @throws UnsupportedModelError for a class that we do not rebuild
 */
export function tokenizerClassOf(modelType: string, name: string | null, isByteLevel: () => boolean): TokenizerClass {
  const always = alwaysByModelType.get(modelType);
  if (always !== undefined) return always;
  const own = byModelType.get(modelType) ?? "file";
  if (name === null) return own;
  const plain = name.replace(/Fast$/, "");
  const known = byName.get(plain);
  if (known !== undefined) return known;
  // Llama 3's files name the class of Llama 2, whose tokenizer has no bytes.
  if (plain === "LlamaTokenizer" && isByteLevel()) return "file";
  if (otherClasses.has(plain.replace(/Tokenizer$/, ""))) {
    throw new UnsupportedModelError(
      `the tokenizer class "${name}" is not supported; supported are ` +
        `${[...byName.keys()].filter((key) => key.endsWith("Tokenizer")).join(", ")} and PreTrainedTokenizerFast.`,
    );
  }
  return "file";
}
