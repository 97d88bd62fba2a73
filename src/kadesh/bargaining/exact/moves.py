r"""How the state of a war moves: steps along the axes of a lattice, never a matrix of all states.

A state is a point of a lattice (position of the front, forces, aid, ...). A transition gives the
conditional expectation of next period's values, $(E V)(s)=\sum_{s'} P(s,s')\,V(s')$, and pushes
probability mass forward, $m' = m P$, by the same numbers. Four kinds, which combine:

* `Steps`: from $s$ to $s+o_m$ with probability $p_m(s)$; the probabilities may depend on the state.
  An axis along which no step leads carries parameter sets: a sweep is one game on a longer lattice.
* `Mixing`: a matrix along one axis (aid regimes; a small dense chain is a lattice of one axis).
* `Then`: one kind of move after another, the second from where the first has led.
* `Branch`: which of several transitions happens is itself random.

A step that would leave the lattice has to have probability zero, except where the war is over.
Rival: a sparse matrix of all states; it needs an index for every pair and gathers from memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float
from scipy import sparse

from kadesh.bargaining.exact.arrays import Array


class Transition(Protocol):
    """What the solver needs of any kind of move. Leading axes of `value` and `mass` are free."""

    def expect(self, value: Float[Array, "..."]) -> Float[Array, "..."]:
        """Expectation of next period's values in each state."""

    def push(self, mass: Float[Array, "..."]) -> Float[Array, "..."]:
        """Where probability mass is next period."""

    def matrix(self, shape: tuple[int, ...]) -> sparse.csr_array:
        """The same as a sparse matrix over the flattened lattice, for direct solves."""

    def least(self) -> float:
        """Smallest probability in any state."""


def _windows(
    shape: Sequence[int], offset: Sequence[int]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Slices of the states from which a step stays inside, and of where it leads."""
    pairs = list(zip(shape, offset, strict=True))
    source = tuple(slice(max(0, -o), max(0, n - max(0, o))) for n, o in pairs)
    target = tuple(slice(max(0, o), max(0, n + min(0, o))) for n, o in pairs)
    return source, target


def seen_from(
    value: Float[Array, "*any"], offsets: Sequence[Sequence[int]]
) -> list[Float[Array, "*any"]]:
    """For each offset, `value` at the state that far away, and 0 outside the lattice.

    All are windows on one copy with a margin, so that nothing is moved for any of them.
    """
    axes = len(offsets[0])
    free = value.ndim - axes
    low = [max(0, *(-o[a] for o in offsets)) for a in range(axes)]
    high = [max(0, *(o[a] for o in offsets)) for a in range(axes)]
    shape = value.shape[free:]
    margins = list(zip(low, high, strict=True))
    sizes = [n + before + after for n, (before, after) in zip(shape, margins, strict=True)]
    wide = np.zeros((*value.shape[:free], *sizes), dtype=value.dtype)
    inner = tuple(slice(before, before + n) for n, before in zip(shape, low, strict=True))
    wide[(slice(None),) * free + inner] = value
    whole = (slice(None),) * free
    windows = (
        tuple(slice(lo + o, lo + o + n) for lo, o, n in zip(low, offset, shape, strict=True))
        for offset in offsets
    )
    return [wide[whole + window] for window in windows]


def _weighted(
    prob: Sequence[Float[Array, "..."]], parts: Sequence[Float[Array, "*any"]]
) -> Float[Array, "*any"]:
    total = prob[0] * parts[0]
    for weight, part in zip(prob[1:], parts[1:], strict=True):
        total = total + weight * part
    return total


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps along the axes of the lattice.

    `offsets` names each step, one whole number per axis of the lattice; `prob` its probability in
    each state, as arrays that broadcast to the lattice.
    """

    offsets: tuple[tuple[int, ...], ...]
    prob: tuple[Float[Array, "..."], ...]

    def expect(self, value: Float[Array, "..."]) -> Float[Array, "..."]:
        """Expectation of next period's values in each state."""
        return _weighted(self.prob, seen_from(value, self.offsets))

    def push(self, mass: Float[Array, "..."]) -> Float[Array, "..."]:
        """Where probability mass is next period."""
        shape = mass.shape[mass.ndim - len(self.offsets[0]) :]
        # Each step carries other mass, so each is moved by itself.
        total = np.zeros_like(mass)
        for offset, prob in zip(self.offsets, self.prob, strict=True):
            source, target = _windows(shape, offset)
            total[(..., *target)] += (prob * mass)[(..., *source)]
        return total

    def least(self) -> float:
        """Smallest probability in any state."""
        return min(float(np.min(prob)) for prob in self.prob)

    def matrix(self, shape: tuple[int, ...]) -> sparse.csr_array:
        """The same as a sparse matrix over the flattened lattice."""
        states = np.arange(int(np.prod(shape))).reshape(shape)
        total = sparse.csr_array((states.size, states.size))
        for offset, prob in zip(self.offsets, self.prob, strict=True):
            source, target = _windows(shape, offset)
            rows, columns = states[source].ravel(), states[target].ravel()
            weights = np.broadcast_to(prob, shape)[source].ravel()
            kept = weights != 0.0
            entries = (weights[kept], (rows[kept], columns[kept]))
            total = total + sparse.csr_array(entries, shape=total.shape)
        return total


@dataclass(frozen=True, eq=False)
class Mixing:
    """Moves along one axis by a matrix, the same whatever the other axes say."""

    axis: int
    rows: Float[Array, "size size"]

    def expect(self, value: Float[Array, "..."]) -> Float[Array, "..."]:
        """Expectation of next period's values in each state."""
        return self._along(value, self.rows.T)

    def push(self, mass: Float[Array, "..."]) -> Float[Array, "..."]:
        """Where probability mass is next period."""
        return self._along(mass, self.rows)

    def _along(self, value: Float[Array, "..."], rows: Float[Array, "..."]) -> Float[Array, "..."]:
        # Counted from the end, so that leading axes stay free.
        return np.moveaxis(np.moveaxis(value, self.axis, -1) @ rows, -1, self.axis)

    def __post_init__(self) -> None:
        if self.axis >= 0:
            raise ValueError("Mixing counts its axis from the end: -1 is the last")

    def least(self) -> float:
        """Smallest probability in any state."""
        return float(self.rows.min())

    def matrix(self, shape: tuple[int, ...]) -> sparse.csr_array:
        """The same as a sparse matrix over the flattened lattice."""
        axis = len(shape) + self.axis
        before = sparse.eye_array(int(np.prod(shape[:axis])))
        after = sparse.eye_array(int(np.prod(shape[axis + 1 :])))
        inner = sparse.kron(sparse.csr_array(self.rows), after)
        return sparse.csr_array(sparse.kron(before, inner))


@dataclass(frozen=True, eq=False)
class Then:
    """First one transition, then, from where it has led, the other."""

    first: Transition
    second: Transition

    def expect(self, value: Float[Array, "..."]) -> Float[Array, "..."]:
        """Expectation of next period's values in each state."""
        return self.first.expect(self.second.expect(value))

    def push(self, mass: Float[Array, "..."]) -> Float[Array, "..."]:
        """Where probability mass is next period."""
        return self.second.push(self.first.push(mass))

    def least(self) -> float:
        """Smallest probability in any state."""
        return min(self.first.least(), self.second.least())

    def matrix(self, shape: tuple[int, ...]) -> sparse.csr_array:
        """The same as a sparse matrix over the flattened lattice."""
        return sparse.csr_array(self.first.matrix(shape) @ self.second.matrix(shape))


@dataclass(frozen=True, eq=False)
class Branch:
    """One of several transitions, the first with probability `prob[0]`, and so on."""

    prob: tuple[Float[Array, "..."], ...]
    parts: tuple[Transition, ...]

    def expect(self, value: Float[Array, "..."]) -> Float[Array, "..."]:
        """Expectation of next period's values in each state."""
        return _weighted(self.prob, [part.expect(value) for part in self.parts])

    def push(self, mass: Float[Array, "..."]) -> Float[Array, "..."]:
        """Where probability mass is next period."""
        total = np.zeros_like(mass)
        for prob, part in zip(self.prob, self.parts, strict=True):
            total += part.push(prob * mass)
        return total

    def least(self) -> float:
        """Smallest probability in any state."""
        return min(*(float(np.min(prob)) for prob in self.prob), *(p.least() for p in self.parts))

    def matrix(self, shape: tuple[int, ...]) -> sparse.csr_array:
        """The same as a sparse matrix over the flattened lattice."""
        size = int(np.prod(shape))
        total = sparse.csr_array((size, size))
        for prob, part in zip(self.prob, self.parts, strict=True):
            weights = sparse.diags_array(np.broadcast_to(prob, shape).ravel())
            total = total + weights @ part.matrix(shape)
        return sparse.csr_array(total)


def same_moves(one: object, other: object) -> bool:
    """Whether two transitions, or parts of such, are of the same kind and hold equal numbers."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_moves, one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and bool((one == other).all())
    if isinstance(one, Steps | Mixing | Then | Branch):
        return all(same_moves(value, getattr(other, name)) for name, value in vars(one).items())
    return isinstance(one, int | float) and one == other


def at_time(moves: Transition, t: int) -> Transition:
    """The transition of period `t` of one whose probabilities may have a leading axis of periods.

    Only `Steps` may have it; whatever they are combined with is the same in every period.
    """
    match moves:
        case Steps():
            axes = len(moves.offsets[0])
            return Steps(moves.offsets, tuple(p[t] if p.ndim > axes else p for p in moves.prob))
        case Then():
            return Then(at_time(moves.first, t), at_time(moves.second, t))
        case Branch():
            return Branch(moves.prob, tuple(at_time(part, t) for part in moves.parts))
    return moves


def walk(
    up: Float[Array, "..."] | float,
    down: Float[Array, "..."] | float | None = None,
    *,
    axis: int = 0,
    axes: int = 1,
) -> Steps:
    """A step up or down one axis of a lattice of `axes` axes; the rest of the time none.

    Args:
        up: Probability of the step up, broadcasting to the lattice.
        down: Probability of the step down; None: whenever there is no step up.
        axis: The axis that moves.
        axes: Number of axes of the lattice.
    """
    unit = tuple(int(a == axis) for a in range(axes))
    back = tuple(-o for o in unit)
    up = np.asarray(up, dtype=float)
    if down is None:
        return Steps((unit, back), (up, 1.0 - up))
    down = np.asarray(down, dtype=float)
    return Steps((unit, back, (0,) * axes), (up, down, 1.0 - up - down))
