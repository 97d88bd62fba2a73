"""Chance in the campaign: shocks addressed by seed, stream, names, run and month.

Every shock comes from the counter-based generator Threefry-2x32 with 20 rounds. The key is made of
the seed, the stream's name and the name of the side or sector it belongs to; the counter is the
run and the month. So any run can be repeated alone, runs can be worked in any grouping, and a
sector or side keeps its luck when others are added, left out or reordered.

Random numbers are most of the cost of a campaign on a processor, so bits are not wasted: one call
(64 bits) gives four weekly normal deviates, four uniform ones, or eight coarse ones. What belongs
to a sector is stated towards its *home* side, so that exchanging the two sides' data mirrors the
luck exactly.

Rivals: `jax.random.normal` per week costs about four times as much, because its bits are used
once and its keys address whole arrays, not runs; NumPy's generators address no run at all.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from collections.abc import Sequence
from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

from kadesh.streams import key_words

MONTH_WEEKS: Final = 4
"""Weeks in a month of the campaign: one call of the generator serves them all."""

_ROTATIONS: Final = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY: Final = np.uint32(0x1BD11BDA)


class ShockKeys(eqx.Module):
    """Generator keys by name; the last axis holds the two words of a key."""

    ground: UInt32[Array, "sector word"]
    choice: UInt32[Array, "sector word"]
    losses: UInt32[Array, "side word"]
    aid: UInt32[Array, "side word"]
    operation: UInt32[Array, "side word"]


class Shocks(eqx.Module):
    """What chance adds in each week of a month.

    `ground` (standard normal, in favour of the sector's home side), `choice` (exponential, which
    sector an operation goes to; first axis home, then the other side), `losses` (standard
    normal), `aid` and `operation` (uniform).
    """

    ground: Float[Array, "*week sector run"]
    choice: Float[Array, "*week role sector run"]
    losses: Float[Array, "*week side run"]
    aid: Float[Array, "*week side run"]
    operation: Float[Array, "*week side run"]


def shock_keys(
    seed: int, stream: str, side_ids: Sequence[str], sector_ids: Sequence[str]
) -> ShockKeys:
    """Keys of all shocks of a campaign, by the names of its sides and sectors."""

    def keys(kind: str, names: Sequence[str]) -> UInt32[Array, "name word"]:
        words = [key_words(seed, "campaign", stream, kind, name) for name in names]
        return jnp.asarray(np.array(words, dtype=np.uint32).reshape(len(names), 2))

    return ShockKeys(
        ground=keys("ground", sector_ids),
        choice=keys("choice", sector_ids),
        losses=keys("losses", side_ids),
        aid=keys("aid", side_ids),
        operation=keys("operation", side_ids),
    )


def threefry(
    key: tuple[UInt32[Array, "*#shape"], UInt32[Array, "*#shape"]],
    counter: tuple[UInt32[Array, "*#shape"], UInt32[Array, "*#shape"]],
) -> tuple[UInt32[Array, "*shape"], UInt32[Array, "*shape"]]:
    """Two random words for each key and counter: Threefry-2x32 with 20 rounds."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    first, second = counter[0] + schedule[0], counter[1] + schedule[1]
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            first = first + second
            second = (second << np.uint32(rotation)) | (second >> np.uint32(32 - rotation))
            second = first ^ second
        first = first + schedule[(group + 1) % 3]
        second = second + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return first, second


def draw_shocks(keys: ShockKeys, run: UInt32[Array, " run"], month: UInt32[Array, ""]) -> Shocks:
    """All shocks of one month, week by week, of the runs with these indices.

    Args:
        keys: From `shock_keys`.
        run: Index of each run, its address within seed and stream.
        month: Months since the start of the campaign.
    """
    first, second = _words(keys.choice, run, month)
    return Shocks(
        ground=_normal_deviates(*_words(keys.ground, run, month)),
        choice=jnp.stack([_coarse_exponential(first), _coarse_exponential(second)], axis=1),
        losses=_normal_deviates(*_words(keys.losses, run, month)),
        aid=_uniform_deviates(*_words(keys.aid, run, month)),
        operation=_uniform_deviates(*_words(keys.operation, run, month)),
    )


def _words(
    key: UInt32[Array, "name word"], run: UInt32[Array, " run"], month: UInt32[Array, ""]
) -> tuple[UInt32[Array, "name run"], UInt32[Array, "name run"]]:
    return threefry((key[:, 0, None], key[:, 1, None]), (run, jnp.broadcast_to(month, run.shape)))


def _halves(word: UInt32[Array, "*shape"]) -> tuple[Float[Array, "*shape"], Float[Array, "*shape"]]:
    """Two uniform deviates in (0, 1) from the halves of a word."""
    low, high = word & np.uint32(0xFFFF), word >> np.uint32(16)
    scale = 1 / 65536
    return _centred(low) * scale, _centred(high) * scale


def _centred(whole: UInt32[Array, "*shape"]) -> Float[Array, "*shape"]:
    return whole.astype(jnp.float32) + 0.5


def _uniform_deviates(
    first: UInt32[Array, "name run"], second: UInt32[Array, "name run"]
) -> Float[Array, "week name run"]:
    return jnp.stack([*_halves(first), *_halves(second)])


def _normal_deviates(
    first: UInt32[Array, "name run"], second: UInt32[Array, "name run"]
) -> Float[Array, "week name run"]:
    """Four standard normal deviates from two words, by Box and Muller (none beyond 4.9)."""
    deviates = []
    for word in (first, second):
        length, turn = _halves(word)
        radius = jnp.sqrt(-2.0 * jnp.log(length))
        angle = 2.0 * np.pi * turn
        deviates += [radius * jnp.cos(angle), radius * jnp.sin(angle)]
    return jnp.stack(deviates)


def _coarse_exponential(word: UInt32[Array, "name run"]) -> Float[Array, "week name run"]:
    """Four exponential deviates from the bytes of a word: enough to choose among a few sectors."""
    shifts = np.arange(MONTH_WEEKS, dtype=np.uint32).reshape(-1, 1, 1) * np.uint32(8)
    uniform = _centred((word >> shifts) & np.uint32(0xFF)) * (1 / 256)
    return -jnp.log(uniform)
