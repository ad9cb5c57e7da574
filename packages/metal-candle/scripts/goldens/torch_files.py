"""Make test/goldens/torch: small files of torch.save, sound and hostile.

    pip install torch
    python torch_files.py GOLDENS_DIR
"""
import collections
import os
import sys
from pathlib import Path

import torch

out = Path(sys.argv[1]) / "torch"
out.mkdir(exist_ok=True)
shared = torch.arange(12, dtype=torch.float32)
state = collections.OrderedDict(
    f32=shared.reshape(3, 4), part=shared[4:8], f16=torch.tensor([[0.5, -2.0]], dtype=torch.float16), bf16=torch.tensor([1.5, -3.0], dtype=torch.bfloat16),
    f64=torch.tensor([0.1, 1e-3], dtype=torch.float64), i64=torch.arange(3), parameter=torch.nn.Parameter(torch.tensor([[7.0]])), scalar=torch.tensor(2.5))
torch.save(state, out / "state.bin")
module = torch.nn.Linear(2, 2)
with torch.no_grad():
    module.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    module.bias.zero_()
torch.save(module.state_dict(), out / "linear.bin")
torch.save({"turned": shared.reshape(3, 4).T}, out / "turned.bin")
torch.save({"epoch": 3, "weight": shared}, out / "training.bin")
torch.save(state, out / "legacy.bin", _use_new_zipfile_serialization=False)


class Evil:
    def __reduce__(self):
        return os.system, ("touch metal-candle-pickle-ran",)


torch.save({"weight": Evil()}, out / "evil.bin")
