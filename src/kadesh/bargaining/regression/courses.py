"""What fighting on is worth along simulated courses, under given terms and under one hypothesis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Float32

from kadesh.bargaining.payoffs import leader_utility
from kadesh.bargaining.regression.valuation import (
    Case,
    Valuation,
    freeze_value,
    in_cases,
    most_worth,
    times_features,
    value_at,
)
from kadesh.bargaining.situation import Situation

MOST_SURPRISE: Final = 0.25
"""Of the stake: how far terms are moved by what fighting on turned out to be worth."""


@dataclass(frozen=True)
class Courses:
    """Simulated courses: `moments[h][t]` holds the same runs at period t under hypothesis h.

    `mirrors[h][t]` is what period t+1 would have been after `moments[h][t]` with the opposite luck;
    `sampled` are the periods whose moments are regressed on; `after_settlement` is life after a
    settlement at the courses' start (None: settlements are enforced from outside).
    """

    moments: tuple[tuple[Situation, ...], ...]
    mirrors: tuple[tuple[Situation, ...], ...]
    sampled: tuple[int, ...]
    after_settlement: Situation | None = None

    def half(self, which: int) -> "Courses":
        """Every second run, from `which` on: for an independent repeat."""
        part = slice(which, None, 2)
        after = None if self.after_settlement is None else self.after_settlement.take(part)
        moments, mirrors = (
            tuple(tuple(moment.take(part) for moment in path) for path in paths)
            for paths in (self.moments, self.mirrors)
        )
        return Courses(moments, mirrors, self.sampled, after)


@dataclass(frozen=True)
class Rules:
    """The terms of the last iteration, as seen under one hypothesis."""

    cases: tuple[Case, ...]
    weights: Float[np.ndarray, "case side hypothesis feature"]
    later: Float[np.ndarray, "case side feature"] | None
    hypothesis: int

    def thought(
        self, situation: Situation, features: Float32[np.ndarray, "state feature"]
    ) -> tuple[Situation, Valuation, Float[np.ndarray, "side state"]]:
        """The moments by case, their terms, and what fighting on is thought worth there."""
        now = in_cases(situation, self.cases)
        valued = value_at(now, features, self.cases, self.weights, self.later)
        worth = times_features(self.weights[:, :, self.hypothesis], features)
        return now, valued, np.clip(worth, 0.0, most_worth(now))


def entered_worth(
    now: Situation,
    valued: Valuation,
    worth: Float[np.ndarray, "side state"],
    thought: Float[np.ndarray, "side state"],
) -> Float[np.ndarray, "side state"]:
    """Worth of entering a period in which fighting on turned out to be worth `worth`.

    Terms follow the floors; where what fighting on turned out to be worth differs from what was
    thought, the terms are moved as floors that knew it would move them. Otherwise terms would be
    built on terms, and the regression's error would add up over the periods once talks are
    frequent. The two hypotheses are taken to be in error alike here.
    """
    end = freeze_value(now)
    bound = valued.terms.requirement > valued.floor + 1e-12
    surprise = np.where(bound, 0.0, np.clip(worth - thought, -MOST_SURPRISE, MOST_SURPRISE))
    power = now.bargaining_power
    moved = (1.0 - power) * surprise[0] - power * surprise[1]
    share = valued.terms.share + np.stack([moved, -moved])
    settled = np.stack(
        [
            leader_utility(share[i], now.leader_stake[i], now.leader_threshold_share[i])
            for i in (0, 1)
        ]
    )
    talks = np.where(valued.terms.is_feasible, now.talks_probability, 0.0)
    agreed = talks * (settled - now.switching_cost) + (1.0 - talks) * worth
    value = np.where(now.is_over, end, agreed)
    return np.asarray(now.freeze_probability * end + (1.0 - now.freeze_probability) * value)


def course_worth(
    rules: Rules,
    path: Sequence[Situation],
    features: Sequence[Float32[np.ndarray, "state feature"]],
    mirrors: Sequence[Situation],
    mirrored: Sequence[Float32[np.ndarray, "state feature"]],
    sampled: Sequence[int],
) -> Float[np.ndarray, "case side row"]:
    """Worth of fighting on along courses under given terms, at the sampled periods."""
    count, size = len(rules.cases), path[0].size
    kept: dict[int, np.ndarray] = {}
    entered = np.zeros((2, count * size))
    luck = np.zeros((2, count * size))
    for t in reversed(range(len(path))):
        now, valued, thought = rules.thought(path[t], features[t])
        if t == len(path) - 1:
            worth = thought
        else:
            worth = -now.cost + now.subsidy + now.discount * (entered - luck)
            worth = np.where(valued.floor <= 0.0, 0.0, worth)
        if t in sampled:
            kept[t] = worth.reshape(2, count, size).transpose(1, 0, 2)
        if t > 0:
            entered = entered_worth(now, valued, worth, thought)
            there = rules.thought(mirrors[t - 1], mirrored[t - 1])
            luck = 0.5 * (
                entered_worth(now, valued, thought, thought) - entered_worth(*there, there[2])
            )
    return np.concatenate([kept[t] for t in sampled], axis=-1)


def worth_without_talks(
    path: Sequence[Situation], cases: Sequence[Case], sampled: Sequence[int]
) -> Float[np.ndarray, "case side row"]:
    """Worth of fighting on where nobody ever talks and the courses freeze at their end."""
    count, size = len(cases), path[0].size
    kept: dict[int, np.ndarray] = {}
    entered = np.zeros((2, count * size))
    for t in reversed(range(len(path))):
        now = in_cases(path[t], cases)
        end = freeze_value(now)
        worth = end
        if t < len(path) - 1:
            worth = -now.cost + now.subsidy + now.discount * entered
        if t in sampled:
            kept[t] = worth.reshape(2, count, size).transpose(1, 0, 2)
        value = np.where(now.is_over, end, worth)
        entered = now.freeze_probability * end + (1.0 - now.freeze_probability) * value
    return np.concatenate([kept[t] for t in sampled], axis=-1)
