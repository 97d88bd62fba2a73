"""Chance in the campaign: shocks addressed by seed, stream, names, run and month.

Every shock comes from the counter-based generator Threefry-2x32 with 20 rounds. The key is made of
the seed, the stream's name and the name of the side or sector it belongs to; the counter is the
run and the month. So any run can be repeated alone, runs can be worked in any grouping, and a
sector or side keeps its luck when others are added, left out or reordered.

Luck is about a fifteenth of a campaign's time on a processor, because bits are not wasted: one call
(64 bits) gives four weekly normal deviates, four uniform ones, or eight coarse ones. What belongs
to a sector is stated towards its *home* side, so that exchanging the two sides' data mirrors the
luck exactly.

Rivals: `jax.random.normal` per week, which uses its bits once, and whose keys address whole arrays,
not runs; NumPy's generators, which address no run at all; and a generator with a state for each
run (xoshiro), a few instructions cheaper, whose luck depends on how many numbers were drawn before.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import UInt32

from kadesh.dynamics.elementwise import Number, choose, log, sqrt
from kadesh.dynamics.polynomials import turned
from kadesh.streams import key_words

MONTH_WEEKS: Final = 4
"""Weeks in a month of the campaign: one call of the generator serves them all."""

_ROTATIONS: Final = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY: Final = np.uint32(0x1BD11BDA)


class ShockKeys(NamedTuple):
    """Generator keys by name; the last axis holds the two words of a key."""

    ground: UInt32[np.ndarray, "sector word"]
    choice: UInt32[np.ndarray, "sector word"]
    losses: UInt32[np.ndarray, "side word"]
    aid: UInt32[np.ndarray, "side word"]
    operation: UInt32[np.ndarray, "side word"]


class Shocks(NamedTuple):
    """What chance adds in each week of a month, or in one week (then without the first axis).

    `ground` (week, sector, run; standard normal, in favour of the sector's home side), `choice`
    (week, role, sector, run; exponential, which sector an operation goes to; the role is home,
    then the other side), `losses` (week, side, run; standard normal), `aid` and `operation`
    (uniform).
    """

    ground: Any
    choice: Any
    losses: Any
    aid: Any
    operation: Any

    def week(self, number: int) -> "Shocks":
        """Those of one week of the month."""
        return Shocks(*(values[number] for values in self))


def shock_keys(
    seed: int, stream: str, side_ids: Sequence[str], sector_ids: Sequence[str]
) -> ShockKeys:
    """Keys of all shocks of a campaign, by the names of its sides and sectors."""

    def keys(kind: str, names: Sequence[str]) -> UInt32[np.ndarray, "name word"]:
        words = [key_words(seed, "campaign", stream, kind, name) for name in names]
        return np.array(words, dtype=np.uint32).reshape(len(names), 2)

    return ShockKeys(
        ground=keys("ground", sector_ids),
        choice=keys("choice", sector_ids),
        losses=keys("losses", side_ids),
        aid=keys("aid", side_ids),
        operation=keys("operation", side_ids),
    )


@dataclass(frozen=True)
class Luck:
    """Where the luck of some weeks is: keys of the generator, first run, first month, and sign."""

    keys: ShockKeys
    first_run: int
    first_month: int
    sign: float

    def month(self, number: int, runs: slice) -> Shocks:
        """The shocks of a month, counted from the first, of some of the runs."""
        of_runs = np.arange(self.first_run + runs.start, self.first_run + runs.stop)
        month = np.uint32(self.first_month + number)
        return draw_shocks(self.keys, of_runs.astype(np.uint32), month, np.float32(self.sign))

    def after(self, weeks: int) -> "Luck":
        """The luck that follows some whole months."""
        return replace(self, first_month=self.first_month + weeks // MONTH_WEEKS)


def threefry(key: tuple[Number, Number], counter: tuple[Number, Number]) -> tuple[Number, Number]:
    """Two random words for each key and counter: Threefry-2x32 with 20 rounds.

    Keys and counters are arrays of 32-bit words that broadcast against each other.
    """
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


def draw_shocks(keys: ShockKeys, run: Any, month: Any, luck_sign: Any = 1.0) -> Shocks:
    """All shocks of one month, week by week, of the runs with these indices.

    Args:
        keys: From `shock_keys`.
        run: Index of each run, its address within seed and stream (32-bit words).
        month: Months since the start of the campaign, of the same shape.
        luck_sign: 1, or -1 for the opposite luck (which sector an operation hits stays).
    """
    sign = np.float32(1.0) * luck_sign
    first, second = _words(keys.choice, run, month)
    return Shocks(
        ground=sign * _normal_deviates(*_words(keys.ground, run, month)),
        choice=_stack([_coarse_exponential(first), _coarse_exponential(second)], axis=1),
        losses=sign * _normal_deviates(*_words(keys.losses, run, month)),
        aid=0.5 + sign * (_uniform_deviates(*_words(keys.aid, run, month)) - 0.5),
        operation=0.5 + sign * (_uniform_deviates(*_words(keys.operation, run, month)) - 0.5),
    )


def _words(key: Any, run: Any, month: Any) -> tuple[Number, Number]:
    return threefry((key[:, 0, None], key[:, 1, None]), (run, month))


def _stack(parts: Sequence[Any], axis: int = 0) -> Any:
    return parts[0].__array_namespace__().stack(parts, axis=axis)


def _halves(word: Number) -> tuple[Number, Number]:
    """Two uniform deviates in (0, 1) from the halves of a word."""
    low, high = word & np.uint32(0xFFFF), word >> np.uint32(16)
    scale = np.float32(1 / 65536)
    return _centred(low) * scale, _centred(high) * scale


def _centred(whole: Number) -> Number:
    return whole.astype(np.float32) + np.float32(0.5)


def _uniform_deviates(first: Number, second: Number) -> Any:
    return _stack([*_halves(first), *_halves(second)])


def _normal_deviates(first: Number, second: Number) -> Any:
    """Four standard normal deviates from two words, by Box and Muller (none beyond 4.9)."""
    deviates = []
    for word in (first, second):
        length, turn = _halves(word)
        sine, cosine = turned(choose(turn > 0.5, turn - 1.0, turn))
        radius = sqrt(-2.0 * log(length))
        deviates += [radius * cosine, radius * sine]
    return _stack(deviates)


def _coarse_exponential(word: Number) -> Number:
    """Four exponential deviates from the bytes of a word: enough to choose among a few sectors."""
    shifts = np.arange(MONTH_WEEKS, dtype=np.uint32).reshape(-1, 1, 1) * np.uint32(8)
    uniform = _centred((word >> shifts) & np.uint32(0xFF)) * np.float32(1 / 256)
    return -log(uniform)
