"""Make test/goldens/families: encoders and rerankers of the newer families in settings that tiny/ has not, each with PyTorch's numbers.

    pip install torch transformers sentence-transformers          (made with 2.15, 5.24 and 6.2)
    python families.py GOLDENS_DIR

families/NAME has what it adds to or replaces in tiny/BASE (case.json names BASE), and expected.npy for the texts of families/texts.json: the
embeddings of sentence-transformers, or for a reranker the logits of its pairs with the first text as the query. Random weights, f32, eager
attention, each text alone.
"""
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers as T
from safetensors.torch import load_file, save_file
from sentence_transformers import CrossEncoder, SentenceTransformer

torch.set_grad_enabled(False)
GOLDENS = Path(sys.argv[1])
OUT = GOLDENS / "families"
EAGER = {"attn_implementation": "eager"}
ALL = json.loads((GOLDENS / "texts.json").read_text())
TEXTS = [text for text in ALL if text.strip() and "\0" not in text][:9] + [" ".join(ALL).replace("\0", "")[:1800]]
NAMES = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")


def jitter(model, seed, gemma=False):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        random = torch.randn(parameter.shape, generator=generator)
        norm = parameter.dim() == 1 and ("norm" in name.lower() or "ln" in name.lower()) and name.endswith("weight")
        width = 0.5 if "embed" in name else 1.2 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.1
        parameter.data = (0.2 * random + (0 if gemma else 1)) if norm else random * width
    return model.eval()


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def pooling(width, mode):
    return {"word_embedding_dimension": width, **{f"pooling_mode_{name}": name == mode for name in NAMES}}


def case(name, base, model, length, mode=None, config=None, tensors=None, expected=None, about="", prepare=None, tokenizer=None):
    """`mode` pools an embedding; without it, it is a reranker. `config` and `tensors` rewrite what transformers saved, after PyTorch has run."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    write(folder / "case.json", {"about": about, "base": base, "kind": "embedding" if mode else "reranker"})
    if mode:
        (folder / "1_Pooling").mkdir()
        write(folder / "1_Pooling/config.json", pooling(model.config.hidden_size, mode))
        write(folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                                        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
        write(folder / "sentence_bert_config.json", {"max_seq_length": length, "do_lower_case": False})
    if tokenizer:
        text = json.dumps(tokenizer(json.loads((GOLDENS / "tiny" / base / "tokenizer.json").read_text())), ensure_ascii=False)
        (folder / "tokenizer.json").write_text(text)
    with tempfile.TemporaryDirectory() as whole:
        shutil.copytree(GOLDENS / "tiny" / base, whole, dirs_exist_ok=True)
        for file in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
            Path(whole, file).unlink(missing_ok=True)
        shutil.copytree(folder, whole, dirs_exist_ok=True)
        if expected:
            values = expected(whole)
        elif mode:
            values = SentenceTransformer(whole, device="cpu", model_kwargs=EAGER)
            if prepare:
                prepare(values[0].auto_model)
            values = values.encode(TEXTS, batch_size=1)
        else:
            reranker = CrossEncoder(whole, device="cpu", max_length=length, model_kwargs=EAGER)
            pairs = [(TEXTS[0], text) for text in TEXTS]
            values = np.stack([np.atleast_1d(reranker.predict([pair], activation_fn=torch.nn.Identity())[0]) for pair in pairs])
    np.save(folder / "expected.npy", np.asarray(values, dtype="<f4"))
    path = folder / "config.json"
    if config:
        write(path, config(json.loads(path.read_text())))
    if tensors:
        save_file(tensors(load_file(folder / "model.safetensors")), folder / "model.safetensors", metadata={"format": "pt"})
    print(name, values.shape, float(np.std(values)), sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1024, "KiB")


def without(config, *keys):
    return {key: value for key, value in config.items() if key not in keys}


SPECIAL = dict(cls_token_id=892, sep_token_id=893, pad_token_id=894, bos_token_id=892, eos_token_id=893)
shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir()
write(OUT / "texts.json", TEXTS)

case("modernbert-biases", "modernbert", jitter(T.ModernBertModel(T.ModernBertConfig(
    vocab_size=896, hidden_size=36, intermediate_size=50, num_hidden_layers=3, num_attention_heads=3, max_position_embeddings=512, local_attention=7,
    norm_bias=True, attention_bias=True, mlp_bias=True, hidden_activation="silu", layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    rope_parameters={"full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 8e4}, "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}},
    **SPECIAL, **EAGER)), 1), 300, "mean_tokens", about="every bias, an odd window, layer types of its own, linear scaling of one base")

qwen = dict(vocab_size=892, hidden_size=36, intermediate_size=40, num_hidden_layers=3, max_position_embeddings=512, pad_token_id=889, bos_token_id=None,
            eos_token_id=891, tie_word_embeddings=True, **EAGER)
bidirectional = T.Qwen3Config(**qwen, num_attention_heads=6, num_key_value_heads=2, head_dim=10, use_sliding_window=True, sliding_window=12, max_window_layers=1,
                              rope_parameters={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "rope_theta": 1e6})
bidirectional.is_causal = False
case("qwen3-bidirectional", "qwen3", jitter(T.Qwen3Model(bidirectional), 2), 300, "mean_tokens", about="is_causal false, a window, yarn, three query heads to a key head")
case("qwen3-causal-window", "qwen3", jitter(T.Qwen3Model(T.Qwen3Config(
    **qwen, num_attention_heads=3, num_key_value_heads=1, head_dim=16, use_sliding_window=True, sliding_window=9, max_window_layers=2, attention_bias=True,
    rope_parameters={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64, "rope_theta": 1e4})), 3),
    300, "lasttoken", about="a causal window, biases, llama3 scaling")
case("gemma3-causal", "gemma3-text", jitter(T.Gemma3TextModel(T.Gemma3TextConfig(
    vocab_size=814, hidden_size=28, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=12, query_pre_attn_scalar=20,
    max_position_embeddings=512, sliding_window=9, sliding_window_pattern=2, rope_theta=5e5, rope_local_base_freq=2e4, rope_scaling={"rope_type": "linear", "factor": 8.0},
    pad_token_id=0, bos_token_id=2, eos_token_id=1, **EAGER)), 4, gemma=True), 300, "mean_tokens", about="causal, an odd window, the spelling of old",
    config=lambda c: without(c, "rope_parameters", "layer_types", "_sliding_window_pattern") | {
        "sliding_window_pattern": 2, "rope_theta": 5e5, "rope_local_base_freq": 2e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}})
case("nomic-published", "nomic-bert", jitter(T.NomicBertModel(T.NomicBertConfig(
    vocab_size=2600, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, max_position_embeddings=256, hidden_act="gelu", layer_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 1e4}, **EAGER)), 5), 200, "mean_tokens", about="the published config's keys, geglu",
    config=lambda c: dict(model_type="nomic_bert", architectures=["NomicBertModel"], auto_map={"AutoModel": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel"},
                          n_embd=24, n_head=3, n_inner=40, n_layer=2, n_positions=256, activation_function="geglu", rotary_emb_base=1e4, rotary_emb_fraction=1.0,
                          rotary_emb_interleaved=False, rotary_emb_scale_base=None, rotary_scaling_factor=None, qkv_proj_bias=False, mlp_fc1_bias=False, mlp_fc2_bias=False,
                          layer_norm_epsilon=1e-5, prenorm=False, causal=False, parallel_block=False, use_rms_norm=False, scale_attn_weights=True, vocab_size=2600, type_vocab_size=2))


def gte(**more):
    return T.GteConfig(vocab_size=2600, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=256, pad_token_id=0,
                       rope_parameters={"rope_type": "default", "rope_theta": 1e4}, **more, **EAGER)


def published(config):
    return without(config, "rope_parameters") | {
        "model_type": "new", "rope_theta": 1e4, "rope_scaling": None, "position_embedding_type": "rope", "layer_norm_type": "layer_norm", "logn_attention_scale": False,
        "auto_map": {"AutoModel": "Alibaba-NLP/new-impl--modeling.NewModel"}}


def ntk(model):
    """Alibaba's fixed NTK scaling by 2: the base times the factor, all frequencies divided by factor^(2 / size)."""
    size = model.config.hidden_size // model.config.num_attention_heads
    model.rotary_emb.inv_freq.copy_(1.0 / ((1e4 * 2.0) ** (torch.arange(0, size, 2).float() / size)) / 2.0 ** (2 / size))


def unpacked(tensors):
    """pack_qkv false: three tensors for one."""
    out = {}
    for name, tensor in tensors.items():
        if ".qkv_proj." in name:
            out |= {name.replace("qkv_proj", f"{part}_proj"): piece.clone() for part, piece in zip("qkv", tensor.chunk(3))}
        else:
            out[name] = tensor
    return out


case("gte-ntk", "gte-new", jitter(T.GteModel(gte(type_vocab_size=0)), 6), 200, "cls_token", prepare=ntk, tensors=unpacked, about="model type new with NTK scaling, pack_qkv false, no token types",
     config=lambda c: published(c) | {"architectures": ["NewModel"], "pack_qkv": False, "rope_scaling": {"type": "ntk", "factor": 2.0}})
case("eurobert-heads", "eurobert", jitter(T.EuroBertModel(T.EuroBertConfig(
    vocab_size=896, hidden_size=30, intermediate_size=40, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=3, head_dim=8, max_position_embeddings=512,
    pad_token_id=894, bos_token_id=None, eos_token_id=None, attention_bias=True, mlp_bias=True, **EAGER)), 7), 200, "mean_tokens", about="heads that are not the hidden size together, biases")
case("camembert", "roberta", jitter(T.CamembertModel(T.CamembertConfig(
    vocab_size=json.loads((GOLDENS / "tiny/roberta/config.json").read_text())["vocab_size"], hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48,
    max_position_embeddings=130, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, **EAGER), add_pooling_layer=False), 8), 128, "mean_tokens", about="RoBERTa's encoder under its own name")

case("distilbert-reranker", "distilbert", jitter(T.DistilBertForSequenceClassification(T.DistilBertConfig(
    vocab_size=2600, dim=24, n_layers=2, n_heads=2, hidden_dim=40, max_position_embeddings=128, num_labels=1, **EAGER)), 9), 128, about="pre_classifier with relu")
case("electra-reranker", "electra", jitter(T.ElectraForSequenceClassification(T.ElectraConfig(
    vocab_size=2600, embedding_size=16, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40, max_position_embeddings=128, num_labels=3, **EAGER)), 10), 128,
    about="classifier.dense with gelu, three labels")
case("gte-reranker", "gte-new", jitter(T.GteForSequenceClassification(gte(num_labels=1, type_vocab_size=2)), 11), 200, about="NewForSequenceClassification, its tensors behind new.",
     config=lambda c: published(c) | {"architectures": ["NewForSequenceClassification"]},
     tensors=lambda t: {(f"new.{name[4:]}" if name.startswith("gte.") else name): tensor for name, tensor in t.items()})
small = qwen | dict(hidden_size=24, intermediate_size=32, num_hidden_layers=2)
case("qwen3-score", "qwen3", jitter(T.Qwen3ForSequenceClassification(T.Qwen3Config(**small, num_attention_heads=2, num_key_value_heads=1, head_dim=16, num_labels=1)), 12), 300,
     about="score on the last token that is not padding, which the tokenizer puts at the end")


PREFIX = ('<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n'
          "<|im_start|>user\n")
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
TASK = "Given a web search query, retrieve relevant passages that answer the query"


def yes_or_no(folder, length=400):
    """As the model card of Qwen3-Reranker computes it, for one pair at a time."""
    tokenizer = T.AutoTokenizer.from_pretrained(folder)
    model = T.AutoModelForCausalLM.from_pretrained(folder, **EAGER).eval()
    before, after = (tokenizer.encode(part, add_special_tokens=False) for part in (PREFIX, SUFFIX))
    yes, no = (tokenizer.convert_tokens_to_ids(word) for word in ("yes", "no"))
    scores = []
    for text in TEXTS:
        ids = tokenizer(f"<Instruct>: {TASK}\n<Query>: {TEXTS[0]}\n<Document>: {text}", truncation="longest_first", max_length=length - len(before) - len(after))["input_ids"]
        logits = model(input_ids=torch.tensor([before + ids + after])).logits[0, -1]
        scores.append([float(logits[yes] - logits[no])])
    return np.array(scores)


def with_no(tokenizer):
    """The tiny tokenizer with "no" as a token of its own, in the place of its last merge."""
    vocabulary, merges = tokenizer["model"]["vocab"], tokenizer["model"]["merges"]
    last = "".join(merges.pop())
    merges.append(["n", "o"])
    vocabulary["no"] = vocabulary.pop(last)
    return tokenizer


case("qwen3-reranker", "qwen3", jitter(T.Qwen3ForCausalLM(T.Qwen3Config(**small, num_attention_heads=2, num_key_value_heads=1, head_dim=16)), 13), 400, expected=yes_or_no, tokenizer=with_no,
     about="Qwen3ForCausalLM: the logit of yes less that of no behind the template of its model card; maximum length 400")

# One long text through tiny models whose configs allow it: nothing but rotary positions stands in the way. families/long.json has the vectors.
long = {}
for base, length in (("modernbert", 8192), ("qwen3", 2600), ("gemma3-text", 2600)):
    with tempfile.TemporaryDirectory() as whole:
        shutil.copytree(GOLDENS / "tiny" / base, whole, dirs_exist_ok=True)
        for file, key in (("config.json", "max_position_embeddings"), ("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length")):
            path = Path(whole, file)
            write(path, json.loads(path.read_text()) | {key: length})
        model = SentenceTransformer(whole, device="cpu", model_kwargs={"attn_implementation": "sdpa"})
        text = " ".join(ALL * 12).replace("\0", "")
        assert len(model.tokenizer(text, truncation=True, max_length=length)["input_ids"]) == length
        long[base] = {"length": length, "embedding": [float(value) for value in model.encode([text], batch_size=1)[0]]}
        print("long", base, length)
(OUT / "long.json").write_text(json.dumps(long) + "\n")
