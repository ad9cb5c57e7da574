"""Make test/goldens/static: static tables in the three layouts that are published, and sentence-transformers' vectors of the texts.

    pip install torch sentence-transformers==6.2 tokenizers
    python static_models.py GOLDENS_DIR STATIC_EMBEDDING

STATIC_EMBEDDING is a folder that sentence-transformers saved; its tokenizer serves all three. `saved` is that folder as it is, `potion`
model2vec's files (fewer rows than tokens, a mapping and weights) with the module names of old, `folder` has its table as F16 in a folder
of its own (the vectors are of its values in f32), no truncation, a truncate_dim, prompts, and a tokenizer that puts tokens around texts, which static tables leave out.
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

torch.set_num_threads(2)


def dump(path, value): path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def golden(folder, texts, **prompts):
    model = SentenceTransformer(str(folder), device="cpu").float()
    found = {"embedding": model.encode(texts), **{f"embedding_{name}": model.encode(texts, prompt_name=name) for name in prompts}}
    save_file({name: torch.from_numpy(rows).float().contiguous() for name, rows in found.items()}, folder / "golden.safetensors")
    print(folder.name, {name: rows.shape for name, rows in found.items()})


def main():
    out, source = Path(sys.argv[1]), Path(sys.argv[2])
    texts = json.loads((out / "texts.json").read_text(encoding="utf-8"))
    table = load_file(source / "model.safetensors")["embedding.weight"]
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    root = out / "static"
    shutil.rmtree(root, ignore_errors=True)

    saved = root / "saved"; shutil.copytree(source, saved); (saved / "golden.safetensors").chmod(0o644)
    for file in saved.rglob("*"): file.chmod(0o644 if file.is_file() else 0o755)
    golden(saved, texts)

    potion = root / "potion"; potion.mkdir(parents=True)
    g = torch.Generator().manual_seed(7)
    rows = torch.randn(500, 32, generator=g)
    save_file({"embeddings": rows, "mapping": torch.randint(0, 500, (len(table),), generator=g), "weights": torch.rand(len(table), generator=g, dtype=torch.float64)}, potion / "model.safetensors")
    dump(potion / "config.json", {"model_type": "model2vec", "architectures": ["StaticModel"], "tokenizer_name": "a/b", "apply_pca": 32, "apply_zipf": True, "hidden_dim": 32, "seq_length": 1000000, "normalize": True})
    dump(potion / "modules.json", [{"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"}, {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}])
    dump(potion / "tokenizer.json", tokenizer | {"truncation": None})
    golden(potion, texts)

    folder = root / "folder"; (folder / "0_StaticEmbedding").mkdir(parents=True)
    save_file({"embedding.weight": table[:, :32].half().contiguous()}, folder / "0_StaticEmbedding/model.safetensors")
    dump(folder / "0_StaticEmbedding/tokenizer.json", tokenizer | {"truncation": None})
    dump(folder / "modules.json", [{"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}])
    dump(folder / "config_sentence_transformers.json", {"prompts": {"query": "search: ", "document": ""}, "default_prompt_name": None, "similarity_fn_name": "cosine", "truncate_dim": 24})
    golden(folder, texts, query=True)


main()
