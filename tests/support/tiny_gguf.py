"""Writes a GGUF model of the llama architecture that is small and needs no training.

Its attention and feed-forward outputs are zero, so it is a table of which byte follows which,
learned from a sentence by counting: real weights in a real file, run by the real library.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

CORPUS = (
    "the sea is wide and the sky is blue and the sun is warm and the day is long.\n"
    "the sea is deep and the wind is cold and the night is dark and the road is far.\n"
    "the end\n"
)
_SPECIAL = ("<unk>", "<s>", "</s>")
_WIDTH, _HEADS, _HIDDEN, _CONTEXT = 288, 4, 32, 512
_CHAT = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
_TYPES = {bool: 7, int: 4, float: 6, str: 8}
_ARRAY, _F32, _ALIGNMENT = 9, 0, 32


def write_tiny_gguf(path: Path) -> Path:
    """Write the model; return *path*."""
    vocabulary = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    tensors = _tensors(len(vocabulary))
    metadata = _metadata(vocabulary)
    head = [struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))]
    head += [_text(key) + _value(value) for key, value in metadata.items()]
    offset = 0
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        head.append(_text(name) + struct.pack("<I", len(shape)))
        head.append(struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", _F32, offset))
        offset += _padded(tensor.nbytes)
    start = b"".join(head)
    with path.open("wb") as file:
        file.write(start.ljust(_padded(len(start)), b"\0"))
        for tensor in tensors.values():
            file.write(tensor.tobytes().ljust(_padded(tensor.nbytes), b"\0"))
    return path


def _metadata(vocabulary: Sequence[str]) -> dict[str, Any]:
    kinds = [2, 3, 3, *([6] * 256)]  # unknown, control, control, bytes
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": _CONTEXT,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": _HIDDEN,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": _WIDTH // _HEADS,
        "llama.vocab_size": len(vocabulary),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": list(vocabulary),
        "tokenizer.ggml.scores": [0.0] * len(vocabulary),
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": _CHAT,
    }


def _tensors(size: int) -> dict[str, Any]:
    """Return weights that give the logarithm of how often one byte follows another."""
    follows = np.full((size, size), 0.01)
    follows[:, : len(_SPECIAL)] = 1e-6
    codes = [byte + len(_SPECIAL) for byte in CORPUS.encode()]
    for now, then in pairwise(codes):
        follows[now, then] += 10.0
    chances = np.log(follows / follows.sum(axis=1, keepdims=True))
    # One direction for each token; the norm multiplies a unit vector by the root of the width.
    embedding = np.zeros((size, _WIDTH))
    embedding[np.arange(size), np.arange(size)] = 1.0
    output = np.zeros((size, _WIDTH))
    output[:, :size] = chances.T / np.sqrt(_WIDTH)
    zeros = np.zeros((_WIDTH, _WIDTH))
    weights = {
        "token_embd.weight": embedding,
        "output_norm.weight": np.ones(_WIDTH),
        "output.weight": output,
        "blk.0.attn_norm.weight": np.ones(_WIDTH),
        "blk.0.ffn_norm.weight": np.ones(_WIDTH),
        **{f"blk.0.attn_{part}.weight": zeros for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": np.zeros((_HIDDEN, _WIDTH)),
        "blk.0.ffn_up.weight": np.zeros((_HIDDEN, _WIDTH)),
        "blk.0.ffn_down.weight": np.zeros((_WIDTH, _HIDDEN)),
    }
    return {name: np.ascontiguousarray(weight, dtype="<f4") for name, weight in weights.items()}


def _value(value: Any) -> bytes:
    if isinstance(value, list):
        kind = 5 if isinstance(value[0], int) else _TYPES[type(value[0])]
        head = struct.pack("<IIQ", _ARRAY, kind, len(value))
        return head + b"".join(_plain(item, kind) for item in value)
    kind = _TYPES[type(value)]
    return struct.pack("<I", kind) + _plain(value, kind)


def _plain(value: Any, kind: int) -> bytes:
    if kind == _TYPES[str]:
        return _text(value)
    return struct.pack({7: "<?", 4: "<I", 5: "<i", 6: "<f"}[kind], value)


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _padded(count: int) -> int:
    return -(-count // _ALIGNMENT) * _ALIGNMENT
