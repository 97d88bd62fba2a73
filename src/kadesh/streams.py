"""Named random streams: the numbers a thing gets depend on its name, never on its position.

A stream is addressed by the seed and a tuple of names (and whole numbers, such as a run index),
so that reordering sides, sectors or sources, or working in smaller batches, changes nothing.
"""

import hashlib

import numpy as np


def entropy(seed: int, *names: str | int) -> int:
    """A 128-bit whole number for `seed` and `names`, equal on every machine.

    The names are hashed with SHA-256 over a length-prefixed encoding, so that
    ("ab", "c") and ("a", "bc") are different streams.
    """
    digest = hashlib.sha256()
    for part in (str(int(seed)), *map(str, names)):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return int.from_bytes(digest.digest()[:16], "big")


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """NumPy generator of the stream `names` under `seed`."""
    return np.random.Generator(np.random.PCG64(entropy(seed, *names)))


def key_words(seed: int, *names: str | int) -> tuple[int, int]:
    """Two 32-bit words to build a JAX threefry key of the stream `names` under `seed`."""
    number = entropy(seed, *names)
    return (number >> 32) & 0xFFFFFFFF, number & 0xFFFFFFFF
