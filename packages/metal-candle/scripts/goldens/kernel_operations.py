"""Make test/goldens/kernels.safetensors: single operations as PyTorch and transformers compute them, in double precision, stored as f32.

The plain references that kernels are checked against are ours; these numbers are what they are checked against.

    pip install torch transformers safetensors
    python kernel_operations.py GOLDENS_DIR
"""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers.activations import ACT2FN
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

torch.manual_seed(20)
out = {}


def rand(*shape):
    """Random numbers that f32 holds exactly, so that both sides begin from the same."""
    return torch.randn(*shape).double()


def put(name, **tensors):
    for key, value in tensors.items():
        value = value if value.dtype in (torch.int32,) else value.float()
        out[f"{name}.{key}"] = value.contiguous()


# Activations, by our names.
x = torch.cat([torch.linspace(-12, 12, 97), torch.tensor([0.0, 1e-6, -1e-6, 30.0, -30.0])]).double()
activations = {
    "identity": lambda v: v,
    "gelu": F.gelu,
    "gelu_tanh": lambda v: F.gelu(v, approximate="tanh"),
    "gelu_10": ACT2FN["gelu_10"],
    "quick_gelu": ACT2FN["quick_gelu"],
    "relu": F.relu,
    "relu2": ACT2FN["relu2"],
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "silu": F.silu,
    "mish": F.mish,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
put("activations", x=x, **{name: function(x) for name, function in activations.items()})

# A linear layer with an activation; the weight as [in, out]. The same with a gate, whose columns stand before up's, four by four in turn.
a, weight, bias = rand(5, 12), rand(8, 12), rand(8)
put("linear", a=a, w=weight.T, bias=bias, y=F.gelu(F.linear(a, weight, bias)))
gate, up = F.linear(a, weight, bias), F.linear(a, up_weight := rand(8, 12), up_bias := rand(8))
turns = torch.cat([torch.cat([torch.arange(i, i + 4), 8 + torch.arange(i, i + 4)]) for i in range(0, 8, 4)])
put("gated", a=a, w=torch.cat([weight, up_weight])[turns].T, bias=torch.cat([bias, up_bias])[turns], y=F.silu(gate) * up)

# Norms of rows.
rows, scale, shift = rand(3, 20), rand(20), rand(20)
put("norm", x=rows, weight=scale, bias=shift, layer=F.layer_norm(rows, (20,), scale, shift, 1e-5),
    rms=F.rms_norm(rows, (20,), scale, 1e-6), softmax=F.softmax(rows, -1))

# Embeddings: words, positions and token types, and the LayerNorm of their sum.
words, places, kinds = rand(11, 20), rand(9, 20), rand(2, 20)
ids, at, types = torch.tensor([3, 10, 0, 3]), torch.tensor([0, 1, 2, 8]), torch.tensor([0, 1, 1, 0])
total = F.embedding(ids, words) + F.embedding(at, places) + F.embedding(types, kinds)
put("embedding", words=words, positions=places, types=kinds, ids=ids.int(), position_ids=at.int(), type_ids=types.int(),
    weight=scale, bias=shift, y=F.layer_norm(total, (20,), scale, shift, 1e-12))

# Attention over two sequences end to end; Q, K and V side by side in a row.
lengths = [7, 3]
starts = torch.tensor([0, 7, 10])


def attention(name, heads, key_heads, size, scale, mask=None, bias=None):
    width, key_width = heads * size, key_heads * size
    qkv = rand(sum(lengths), width + 2 * key_width)
    results = []
    for start, length in zip(starts.tolist(), lengths):
        part = qkv[start : start + length]
        q, k, v = part.split([width, key_width, key_width], dim=1)
        q, k, v = (t.reshape(length, -1, size).transpose(0, 1) for t in (q, k, v))
        extra = torch.zeros(heads, length, length).double()
        if mask is not None:
            i, j = torch.meshgrid(torch.arange(length), torch.arange(length), indexing="ij")
            extra = extra.masked_fill(~mask(i, j), float("-inf"))
        if bias is not None:
            i, j = torch.meshgrid(torch.arange(length), torch.arange(length), indexing="ij")
            extra = extra + bias[j - i + 6].permute(2, 0, 1)
        y = F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=extra[None], scale=scale, enable_gqa=True)[0]
        results.append(y.transpose(0, 1).reshape(length, width))
    put(f"attention_{name}", qkv=qkv, y=torch.cat(results), **({} if bias is None else {"bias": bias}))


put("attention", cu_seqlens=starts.int())
attention("plain", 3, 3, 5, 5**-0.5)
attention("grouped", 4, 2, 4, 0.3)
attention("causal", 2, 1, 4, 0.5, mask=lambda i, j: j <= i)
attention("window", 2, 2, 4, 0.5, mask=lambda i, j: (i - j).abs() <= 2)
attention("causal_window", 2, 2, 4, 0.5, mask=lambda i, j: (j <= i) & (i - j <= 2))
attention("bias", 2, 2, 4, 0.5, bias=rand(13, 2))

# Rotary positions, a head of which all turns, with a norm before.
frequencies = (1.0 / 10000 ** (torch.arange(0, 8, 2).float() / 8)).float()
head, position = rand(1, 1, 3, 8), torch.tensor([0, 5, 4000])
angles = (position[:, None].float() * frequencies[None]).double()
cosines, sines = (torch.cat([f(angles)] * 2, dim=-1)[None] for f in (torch.cos, torch.sin))
q_weight = rand(8)
put("rotary", head=head[0, 0], positions=position.int(), frequencies=frequencies, weight=q_weight,
    y=apply_rotary_pos_emb(head, head, cosines, sines)[0][0, 0],
    normed=apply_rotary_pos_emb(n := F.rms_norm(head, (8,), q_weight, 1e-6), n, cosines, sines)[0][0, 0])

# Cosines of stored vectors and a query.
query, stored = rand(16), rand(6, 16)
put("nearest", query=query, stored=stored, y=F.cosine_similarity(query[None], stored))

save_file(out, Path(sys.argv[1]) / "kernels.safetensors")
