r"""Private types: offers by a side that does not know whom it faces.

A, uninformed, makes every offer $y$ (B's share); B is tough with probability $q$, else weak. Each
rejection costs a round: B collapses with probability $a$, A with probability $b$, both pay, the
rest is discounted, $\rho = d(1-a-b)$. Fighting to the finish is worth
$W_B=(d b - c_B)/(1-\rho)$ and $W_A = (d a - c_A)/(1-\rho)$. The tough type takes nothing less than
$y_0 = W_{tough}$; with $k$ screening rounds to come the weak type is just willing at

$$y_k = -c_w + d b_w + \rho\,y_{k-1},\quad
V_k(q) = \Big(1-\tfrac{q}{q_{k-1}}\Big)(1-y_k)
  + \tfrac{q}{q_{k-1}}\big[-c_A + d a + \rho V_{k-1}(q_{k-1})\big],$$

$q_0=1$; $k$ rounds beat $k-1$ below the threshold $q_k$ at which $V_k=V_{k-1}$. After a rejection
the belief jumps to $q_{k-1}$ (the weak type mixes). In $V_k$ the bracket is the tough type's: the
mass $q/q_{k-1}$ rejects, and what it brings A depends on who it is only where the types collapse at
different rates. Types that differ in the chance of collapse must have the same $a+b$, so that
fighting on alone teaches nothing.

Selection: of the sequential equilibria the one in which the uninformed side makes all offers and
the weak type mixes just enough; it is unique but at the thresholds, where more rounds are taken to
be worth the same. In the spirit of Powell (2004). Not modelled: two-sided private information,
types that know what the war is worth to them beyond costs and collapse.

`best_demand` is the one-round case with any number of types.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.errors import NumericalError, argument_mistake


@dataclass(frozen=True)
class Type:
    """A kind of opponent: chance per round that it, or A, collapses, and its cost of a round."""

    collapse: float
    collapse_other: float
    cost: float

    def finish(self, discount: float) -> float:
        """Worth of fighting to the finish."""
        keep = discount * (1.0 - self.collapse - self.collapse_other)
        return (discount * self.collapse_other - self.cost) / (1.0 - keep)


@dataclass(frozen=True)
class Screening:
    """Offers y_0..y_K to B, thresholds q_1..q_K, and V_k of A as a line in q for each k."""

    offers: Float[np.ndarray, "offer"]
    thresholds: Float[np.ndarray, "round"]
    intercepts: Float[np.ndarray, "offer"]
    slopes: Float[np.ndarray, "offer"]

    def value(self, tough_prob: Float[np.ndarray, "*belief"]) -> Float[np.ndarray, "*belief"]:
        """A's value at a belief: the best number of rounds among those that the belief allows.

        V_k is for beliefs up to q_(k-1); beyond, fewer rounds are left to screen.
        """
        belief = np.asarray(tough_prob, dtype=float)[..., None]
        reach = np.concatenate([[1.0, 1.0], self.thresholds])[: self.offers.size]
        lines = self.intercepts + self.slopes * belief
        return np.asarray(np.where(belief <= reach + 1e-12, lines, -np.inf).max(-1))


def screen(weak: Type, tough: Type, *, cost: float, discount: float, rounds: int) -> Screening:
    """Screening offers and thresholds with up to `rounds` rounds.

    Args:
        weak: The type that settles for less.
        tough: The other type.
        cost: A's cost of a round.
        discount: Discount factor.
        rounds: Most screening rounds considered.

    Raises:
        InputErrors: Types that do not fight rounds of the same length.
        NumericalError: The recursion leaves 0..1, which would mean an empty answer.
    """
    if abs(weak.collapse + weak.collapse_other - tough.collapse - tough.collapse_other) > 1e-12:
        raise argument_mistake(
            "tough", tough, "a type with the same a + b as the weak type", "Change collapse chances"
        )
    keep = discount * (1.0 - tough.collapse - tough.collapse_other)
    if keep >= 1.0:
        raise argument_mistake("discount", discount, "a war that ends", "Give chances of collapse")
    offers = [tough.finish(discount)]
    intercepts, slopes = [1.0 - offers[0]], [0.0]
    thresholds: list[float] = []
    apart = tough.finish(discount) - weak.finish(discount)
    if apart < -1e-12:
        raise argument_mistake("tough", tough, "the type that fights on for more", "Exchange them")
    if apart <= 1e-12:
        # Types that fight on for the same are not told apart by offers: everybody gets y_0.
        return Screening(
            np.full(rounds + 1, offers[0]),
            np.zeros(rounds),
            np.full(rounds + 1, intercepts[0]),
            np.zeros(rounds + 1),
        )
    last = 1.0
    for _ in range(rounds):
        offers.append(-weak.cost + discount * weak.collapse_other + keep * offers[-1])
        ahead = intercepts[-1] + slopes[-1] * last
        # Of the mass that rejects, the tough have share `last` in what the round brings.
        rejected = -cost + discount * _mixed(tough.collapse, weak.collapse, last) + keep * ahead
        intercept = 1.0 - offers[-1]
        slope = (rejected - intercept) / last
        crossing = (intercepts[-1] - intercept) / (slope - slopes[-1])
        if not 0.0 < crossing <= last:
            where = f"threshold {len(thresholds) + 1} is {crossing:.6g}"
            raise NumericalError(f"screening: {where}, outside (0, {last:.6g}]")
        intercepts.append(intercept)
        slopes.append(slope)
        thresholds.append(crossing)
        last = crossing
    return Screening(*(np.asarray(x) for x in (offers, thresholds, intercepts, slopes)))


def _mixed(tough: float, weak: float, tough_prob: float) -> float:
    return tough_prob * tough + (1.0 - tough_prob) * weak


def best_demand(
    floors: Float[np.ndarray, "type"],
    prob: Float[np.ndarray, "type"],
    war: Float[np.ndarray, "type"],
) -> tuple[float, float, float]:
    """Best single take-it-or-leave-it demand of a side that faces one of several types.

    Only demands that leave some type exactly its floor can be best. Ties: the demand that risks
    less war.

    Args:
        floors: What fighting on is worth to each type.
        prob: Probability of each type.
        war: What war with each type is worth to the side that demands.

    Returns:
        The demand, the probability of war, and what it is worth.
    """
    answers = []
    for floor in floors:
        accepts = floors <= floor + 1e-12
        worth = float(np.where(accepts, 1.0 - floor, war) @ prob)
        answers.append((worth, -float(prob[~accepts].sum()), float(1.0 - floor)))
    worth, peace, demand = max(answers)
    return demand, 0.0 - peace, worth
