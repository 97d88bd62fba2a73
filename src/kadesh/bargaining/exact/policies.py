r"""Who surrenders where, one side after the other: what Newton's method cannot always find.

Where both sides may surrender, $G$ in $V = G(EV)$ bends up at A's bound and down at B's, and
Newton's method may flip between pieces for ever. In the order of $(V_A, -V_B)$ a game in which
deals are possible is monotone: whether A fights on or surrenders ($F_A$ the larger of two numbers)
is a maximum in both, what B does a minimum. So each is a Markov game of two players that stop, and
is solved by the iteration of policies of Hoffman and Karp (1966): against fixed places where B
surrenders, A's are improved until none is better, then B's are improved once, and so on. Every
round moves values one way. A place is left as it is where both are worth the same to rounding.

Rivals: sweeping, which takes as long as the war, squared in the number of positions; damped
Newton steps, which need not end.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float
from scipy.linalg import solve_banded

MOST_ROUNDS = 5_000
"""Linear systems solved before the iteration gives up."""
TIE = 1e-13
"""Difference between fighting on and surrender, in units of the largest value, that is rounding."""

Values = Float[np.ndarray, "side *state"]


def settle_by_policies(
    value: Values,
    rules: Sequence[Float[np.ndarray, "..."]],
    is_over: Bool[np.ndarray, "*state"],
    worth: Values,
    expected: Callable[[Values], Values],
    solve: Callable[[Float[np.ndarray, "side other *state"], Values], Values],
) -> tuple[Values, float, float]:
    r"""Values that reproduce themselves, what a sweep would still change, and the last correction.

    Args:
        value: Where to begin.
        rules: The numbers of `kernels.RULES`; each broadcasts to the states.
        is_over: Where the war is over.
        worth: What that is worth to each side.
        expected: What each side expects to enter, from values.
        solve: $\delta$ of $\delta - J E \delta = g$ from slopes $J$ and a gap $g$.
    """
    gain, keep, bound = np.stack(np.broadcast_arrays(*rules[:2])), rules[2], rules[3:5]
    stake, parts = rules[5], rules[6:8]

    def floors(values: Values) -> tuple[Values, Values]:
        fought = gain + keep * expected(values)
        return fought, np.stack([fought[i] - bound[i] for i in (0, 1)])

    def worth_of(fought: Values, fights: Bool[np.ndarray, "side *state"]) -> tuple[Values, Values]:
        floor = np.stack([np.where(fights[i], fought[i], bound[i]) for i in (0, 1)])
        surplus = stake - floor.sum(0)
        deal = (surplus >= -1e-12) & ~is_over
        now = floor + np.stack([parts[i] * np.where(deal, surplus, 0.0) for i in (0, 1)])
        return np.where(is_over, worth, now), deal

    fought, ahead = floors(value)
    fights = ahead >= 0.0
    polished, answered = False, value
    residual, error = np.inf, np.inf
    for _ in range(MOST_ROUNDS):
        now, deal = worth_of(fought, fights)
        slopes = np.empty((2, 2, *is_over.shape))
        for i in (0, 1):
            for j in (0, 1):
                slopes[i, j] = (float(i == j) - deal * parts[i]) * keep * (fights[j] & ~is_over)
        correction = solve(slopes, now - value)
        error = float(np.abs(correction).max())
        value = value + correction
        fought, ahead = floors(value)
        largest = max(1.0, float(np.abs(value).max()))
        better = np.where(np.abs(ahead) <= TIE * largest, fights, ahead > 0.0)
        answered, _ = worth_of(fought, ahead >= 0.0)
        residual = float(np.abs(answered - value).max()) / largest
        error /= largest
        for side in (0, 1):
            if (better[side] != fights[side]).any():
                fights[side] = better[side]
                polished = False
                break
        else:
            if polished:
                break
            polished = True  # once more, for what the first elimination rounded
    return answered, residual, error


def chain_solver(
    odds: Float[np.ndarray, "row position"],
) -> tuple[
    Callable[[Values], Values],
    Callable[[Float[np.ndarray, "side other position"], Values], Values],
]:
    """Expectations and linear systems on a chain that moves by single steps.

    Args:
        odds: Up, down and stay to A, then to B, by position.
    """
    length = odds.shape[1]
    up, down, stay = (np.stack([odds[row], odds[3 + row]]) for row in range(3))

    def expected(value: Values) -> Values:
        entered: Values = stay * value
        entered[:, :-1] += up[:, :-1] * value[:, 1:]
        entered[:, 1:] += down[:, 1:] * value[:, :-1]
        return entered

    def solve(slopes: Float[np.ndarray, "side other position"], gap: Values) -> Values:
        # Both sides' values of a position beside each other: three diagonals to either side.
        band = np.zeros((7, 2 * length))
        for i in (0, 1):
            for j in (0, 1):
                # Row 2k+i, columns of j at k+1, k-1 and k.
                for chance, step in ((up, 1), (down, -1), (stay, 0)):
                    row = np.arange(max(0, -step), length - max(0, step))
                    column = 2 * (row + step) + j
                    band[3 + i - j - 2 * step, column] -= slopes[i, j, row] * chance[j, row]
        band[3] += 1.0
        solved = solve_banded((3, 3), band, gap.T.ravel(), check_finite=False)
        return np.ascontiguousarray(solved.reshape(length, 2).T)

    return expected, solve
