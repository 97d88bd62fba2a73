"""Models against baselines on wars that they have not seen, with intervals by war.

Every war group in turn is left out; nothing of it enters means, deviations or variances. Scores are
pooled over all left-out battles: R2 around the mean of all outcomes (a constant is then below 0,
since it does not know the left-out war's mean), mean log-loss and the area under the curve. The
interval of a difference comes from drawing the war groups with replacement, so that it knows that
two wars hold almost half of the battles.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import expit

from battles.design import Shape, design_of
from battles.pooling import Design, Fit, fit_pooled, laplace
from battles.table import BLOCKS, LENGTH, Battles

RESAMPLES = 5_000
INTERVAL = (2.5, 97.5)

PHYSICAL = {name: columns for name, columns in BLOCKS.items() if name not in ("scale", "weather")}
BASELINES: dict[str, Shape] = {
    "constant": Shape({}),
    "force ratio": Shape({"force": BLOCKS["force"]}),
    "physical": Shape(PHYSICAL),
    "physical, era": Shape(PHYSICAL, has_eras=True, has_trend=False),
    "physical, scale": Shape(PHYSICAL | {"scale": BLOCKS["scale"]}),
    "physical, scale, era": Shape(
        PHYSICAL | {"scale": BLOCKS["scale"]}, has_eras=True, has_trend=False
    ),
}
"""By plain least squares or logit, without shrinkage."""

JUDGED = ("surprise", "air")
POOLED: dict[str, Shape] = {
    "pooled": Shape(BLOCKS, has_eras=True, has_wars=True),
    "pooled, no wars or eras": Shape(BLOCKS),
    "pooled, war slopes": Shape(BLOCKS, has_eras=True, has_wars=True, has_war_slopes=True),
    "pooled, nothing judged": Shape(
        {name: columns for name, columns in BLOCKS.items() if name not in JUDGED},
        has_eras=True,
        has_wars=True,
    ),
}
GIVEN_LENGTH: dict[str, Shape] = {
    "plain, length": Shape(PHYSICAL | {"scale": BLOCKS["scale"]} | LENGTH),
    "plain, length, era": Shape(
        PHYSICAL | {"scale": BLOCKS["scale"]} | LENGTH, has_eras=True, has_trend=False
    ),
    "pooled, length": Shape(BLOCKS | LENGTH, has_eras=True, has_wars=True),
    "pooled, length, no wars or eras": Shape(BLOCKS | LENGTH),
}


@dataclass(frozen=True)
class Difference:
    """Score of a model less that of a rival, positive where the model is better."""

    value: float
    low: float
    high: float


def held_out(
    battles: Battles, outcome: str, shape: Shape, is_pooled: bool
) -> Float[np.ndarray, " battle"]:
    """Prediction of each battle from the other war groups; NaN where the outcome is unknown."""
    known, is_binary = battles.known(outcome), outcome == "win"
    values = battles.outcomes[outcome].to_numpy()
    predicted = np.full(len(values), np.nan)
    for war in np.unique(battles.war[known]):
        left_out = known & (battles.war == war)
        seen = known & ~left_out
        design = design_of(battles, shape, seen)
        rows = design.matrix[left_out]
        if is_pooled:
            fit = fit_seen(design, values, seen, is_binary)
            predicted[left_out] = fit.predict(rows, unseen_variance(fit, design.blocks))
        else:
            line = rows @ plain(design.matrix[seen], values[seen], is_binary)
            predicted[left_out] = expit(line) if is_binary else line
    return predicted


def fit_seen(
    design: Design,
    values: Float[np.ndarray, " battle"],
    seen: Bool[np.ndarray, " battle"],
    is_binary: bool,
) -> Fit:
    """The pooled fit on the rows seen."""
    return fit_pooled(replace(design, matrix=design.matrix[seen]), values[seen], is_binary)


def unseen_variance(fit: Fit, blocks: tuple[str, ...]) -> float:
    """Variance of the level of a war that was not seen."""
    return float(fit.variance[blocks.index("war")]) if "war" in blocks else 0.0


def plain(
    rows: Float[np.ndarray, "row column"], outcome: Float[np.ndarray, " row"], is_binary: bool
) -> Float[np.ndarray, " column"]:
    """Coefficients by least squares (of least norm where columns repeat each other) or logit."""
    if not is_binary:
        return np.asarray(np.linalg.lstsq(rows, outcome, rcond=None)[0])
    # A penalty of a millionth ends the walk where a column separates the outcomes.
    penalty = np.full(rows.shape[1], 1e-6)
    return laplace(rows, outcome, penalty, np.zeros(rows.shape[1]))[0]


class Resampled:
    """Scores on all left-out battles and on resamples of their wars."""

    def __init__(self, war: Int[np.ndarray, " battle"], seed: int = 1) -> None:
        self._wars, self._war = np.unique(war, return_inverse=True)
        count = len(self._wars)
        even = np.full(count, 1.0 / count)
        drawn = np.random.default_rng(seed).multinomial(count, even, RESAMPLES).astype(float)
        # The first row is the data as they are.
        self._times = np.vstack([np.ones(count), drawn])

    def _summed(self, values: Float[np.ndarray, " battle"]) -> Float[np.ndarray, " sample"]:
        return self._times @ np.bincount(self._war, values, len(self._wars))

    def r2(
        self, outcome: Float[np.ndarray, " battle"], predicted: Float[np.ndarray, " battle"]
    ) -> Float[np.ndarray, " sample"]:
        """Share of the variance around the resample's own mean that is explained."""
        count = self._summed(np.ones_like(outcome))
        total = self._summed(outcome**2) - self._summed(outcome) ** 2 / count
        return 1.0 - self._summed((outcome - predicted) ** 2) / total

    def log_loss(
        self, outcome: Float[np.ndarray, " battle"], predicted: Float[np.ndarray, " battle"]
    ) -> Float[np.ndarray, " sample"]:
        """Mean of minus the log probability of what happened."""
        # A plain logit that separates the outcomes may say 0; a millionth keeps its score finite.
        chance = np.clip(np.where(outcome > 0, predicted, 1.0 - predicted), 1e-6, 1.0)
        return self._summed(-np.log(chance)) / self._summed(np.ones_like(outcome))

    def auc(
        self, outcome: Float[np.ndarray, " battle"], predicted: Float[np.ndarray, " battle"]
    ) -> Float[np.ndarray, " sample"]:
        """Probability that a battle won had the higher prediction than one lost."""
        won = outcome > 0
        gap = predicted[won][:, None] - predicted[~won][None, :]
        ordered = (gap > 0) + 0.5 * (gap == 0)
        one_hot = np.eye(len(self._wars))
        of_won, of_lost = one_hot[self._war[won]], one_hot[self._war[~won]]
        right = of_won.T @ ordered @ of_lost
        pairs = of_won.sum(axis=0)[:, None] * of_lost.sum(axis=0)
        # A resample without a battle lost has no area; it is left out of the interval.
        with np.errstate(invalid="ignore"):
            return np.einsum("sa,ab,sb->s", self._times, right, self._times) / np.einsum(
                "sa,ab,sb->s", self._times, pairs, self._times
            )


def difference(
    better: Float[np.ndarray, " sample"], than: Float[np.ndarray, " sample"]
) -> Difference:
    """A difference of scores with its interval; the first sample is the data as they are."""
    gap = better - than
    low, high = np.nanpercentile(gap[1:], INTERVAL)
    return Difference(float(gap[0]), float(low), float(high))
