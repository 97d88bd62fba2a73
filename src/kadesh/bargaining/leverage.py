"""Leverage, settlement range and frictions at the vantage dates of a war.

Each date is judged from what was reconstructed and assumed then. Draw r pairs one reconstruction
with one draw of every assumption; the same r uses the same luck of assumptions at every date, so
that two dates are compared draw by draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.campaign_game import CampaignGame
from kadesh.bargaining.moments import having_learnt, situation_of
from kadesh.bargaining.payoffs import requirement
from kadesh.bargaining.regression.valuation import ALL_CASES, FULL, Case, Valuation
from kadesh.bargaining.situation import Situation
from kadesh.bargaining.waiting import Beliefs
from kadesh.dynamics.start import HeldGround, aid_regimes, start_state
from kadesh.war import War, draw_assumptions

PERIOD_DAYS: Final = 28.0
SHORTEST_STEP_DAYS: Final = 7
OPEN_CHANNELS: Final = ("talks", "indirect talks")

Draws = dict[str, Float[np.ndarray, " state"]]


@dataclass(frozen=True, eq=False)
class Positions:
    """All vantage dates at once; moments stand date by date, `draws` of each."""

    dates: tuple[date, ...]
    draws: int
    situation: Situation
    game: CampaignGame

    def at(self, when: date) -> Situation:
        """The moments of one date."""
        return self.situation.take(self.part(when))

    def part(self, when: date) -> slice:
        """Where the moments of one date stand."""
        position = self.dates.index(when)
        return slice(position * self.draws, (position + 1) * self.draws)

    def valuation(self, case: Case = FULL, half: int | None = None) -> Valuation:
        """Floors and terms at all dates, in one case (by one half of the sample, if asked).

        A half that does not know the case answers for all frictions.
        """
        solved = self.game.solved if half is None else self.game.halves[half]
        known = case if case in solved.solution.cases else FULL
        return solved.solution.evaluate(self.situation, known)

    def waiting(
        self, side: int, periods: int, beliefs: Beliefs, half: int | None = None
    ) -> Float[np.ndarray, " state"]:
        """Value of waiting up to `periods` against settling now, at all dates."""
        solved = self.game.solved if half is None else self.game.halves[half]
        return solved.waiting.value(
            solved.solution, self.situation, side=side, periods=periods, beliefs=beliefs
        )


@dataclass(eq=False)
class Bargaining:
    """The bargaining of one war at its vantage dates, under any change of an assumption."""

    war: War
    game: CampaignGame
    vantages: Mapping[date, HeldGround]
    seed: int
    draws: int
    _draws: dict[date, Draws] = field(default_factory=dict)

    @property
    def dates(self) -> tuple[date, ...]:
        """The vantage dates, in order."""
        return tuple(sorted(self.vantages))

    def positions(
        self,
        dates: Sequence[date] | None = None,
        *,
        fixed: Mapping[str, float] | None = None,
        factors: Mapping[str, float] | None = None,
        ground_as_of: date | None = None,
        emptied: Sequence[str] = (),
        learnt_at: Positions | None = None,
    ) -> Positions:
        """Moments at the given dates (all of them by default).

        Args:
            dates: Vantage dates.
            fixed: Assumption id: the value at which it is held.
            factors: Assumption id: what its draws are multiplied by.
            ground_as_of: Put the line of contact where it was at this vantage date.
            emptied: Sectors taken to be wholly held by the side at home.
            learnt_at: Positions whose lessons from the field are taken over (at another learning
                rate, in proportion), instead of going through all earlier dates again.
        """
        chosen = tuple(sorted(dates if dates is not None else self.dates))
        through = chosen
        if learnt_at is None:
            through = tuple(d for d in self.dates if d <= chosen[-1])
        draws = self._stacked(through, fixed or {}, factors or {})
        held = self._held(through, ground_as_of, emptied)
        state, params = start_state(self.war, held, draws, seed=self.seed)
        regimes = [np.asarray(aid_regimes(self.war, d, self.draws)) for d in through]
        weight = np.asarray(params.stake_weight)[:, : self.draws]
        state = replace(state, aid_regime=np.concatenate(regimes, axis=-1))
        params = replace(params, stake_weight=np.tile(weight, (1, len(through))))
        situation = situation_of(self.war, state, params, draws)
        if learnt_at is None:
            learnt = self._learnt(through, situation, weight.astype(float), draws)
        else:
            parts = [learnt_at.situation.analyst_log_odds[learnt_at.part(d)] for d in chosen]
            usual = np.concatenate([self._known(d)["learning_rate"] for d in chosen])
            learnt = np.concatenate(parts) * draws["learning_rate"] / usual
        situation = having_learnt(situation, learnt)
        index = np.concatenate(
            [np.arange(self.draws) + through.index(d) * self.draws for d in chosen]
        )
        return Positions(chosen, self.draws, situation.take(index), self.game)

    def assumption(
        self, name: str, when: date, fixed: Mapping[str, float] | None = None
    ) -> Float[np.ndarray, " draw"]:
        """Draws of one assumption as known at a date."""
        if fixed and name in fixed:
            return np.full(self.draws, fixed[name])
        return self._known(when)[name]

    def channel(self, when: date) -> str:
        """What channel for talks was open on a date, by the war's own periods; else `none`."""
        for kind in OPEN_CHANNELS:
            if any(p.kind == kind and p.start <= when <= p.end for p in self.war.periods):
                return kind
        return "none"

    def _known(self, when: date) -> Draws:
        if when not in self._draws:
            self._draws[when] = draw_assumptions(self.war, self.draws, self.seed, when)
        return self._draws[when]

    def _stacked(
        self, dates: Sequence[date], fixed: Mapping[str, float], factors: Mapping[str, float]
    ) -> Draws:
        stacked: Draws = {}
        for name in self.war.assumptions:
            values = np.concatenate([self._known(d)[name] for d in dates])
            if name in fixed:
                values = np.full_like(values, fixed[name])
            stacked[name] = values * factors.get(name, 1.0)
        return stacked

    def _held(
        self, dates: Sequence[date], ground_as_of: date | None, emptied: Sequence[str]
    ) -> Float[np.ndarray, "sector state"]:
        parts = []
        for when in dates:
            source = self.vantages[ground_as_of if ground_as_of is not None else when]
            last = source.held_km2.isel(week=-1).sel(sector=list(self.war.sector_ids))
            values = last.transpose("sector", "draw").to_numpy()
            parts.append(values[:, np.arange(self.draws) % values.shape[1]])
        held = np.concatenate(parts, axis=1).astype(float)
        for sector in emptied:
            held[self.war.sector_ids.index(sector)] = 0.0
        return held

    def _learnt(
        self,
        dates: Sequence[date],
        situation: Situation,
        weight: Float[np.ndarray, "sector draw"],
        draws: Draws,
    ) -> Float[np.ndarray, " state"]:
        """Log odds that results on the ground had taught by each date, as known at that date.

        Steps run from the first vantage date to the date itself, month by month; what a step
        should have looked like is judged from the state at its start.
        """
        lessons = self.game.lessons
        features = lessons.basis.features(situation.variables)
        learnt = np.zeros(situation.size)
        months = [d for d in dates if d.day == 1]
        for position, when in enumerate(dates):
            stops = [d for d in months if d <= when]
            if stops and (when - stops[-1]).days >= SHORTEST_STEP_DAYS:
                stops.append(when)
            if len(stops) < 2:
                continue
            ground = self._ground_path(when, stops, weight)
            part = slice(position * self.draws, (position + 1) * self.draws)
            rate = draws["learning_rate"][part]
            total = np.zeros(self.draws)
            for step in range(len(stops) - 1):
                days = (stops[step + 1] - stops[step]).days
                begun = dates.index(stops[step]) * self.draws
                total += (days / PERIOD_DAYS) * lessons.log_odds_step(
                    features[begun : begun + self.draws],
                    (ground[step + 1] - ground[step]) * (PERIOD_DAYS / days),
                    rate,
                )
            learnt[part] = total
        return learnt

    def _ground_path(
        self, when: date, stops: Sequence[date], weight: Float[np.ndarray, "sector draw"]
    ) -> Float[np.ndarray, "stop draw"]:
        """The first side's share of the ground at given dates, as reconstructed at `when`."""
        held = self.vantages[when].held_km2.sel(sector=list(self.war.sector_ids))
        weeks = held["week"].to_numpy().astype("datetime64[D]")
        index = [
            max(int(np.searchsorted(weeks, np.datetime64(stop), side="right")) - 1, 0)
            for stop in stops
        ]
        values = held.transpose("week", "sector", "draw").to_numpy()[index]
        values = values[:, :, np.arange(self.draws) % values.shape[2]]
        share = np.zeros(values.shape)
        for row, sector in enumerate(self.war.sectors):
            taken = (values[:, row] + sector.held_before_km2) / sector.area_km2
            share[:, row] = taken if sector.home != self.war.side_ids[0] else 1.0 - taken
        return np.asarray((share * weight).sum(axis=1))


def range_exists(situation: Situation, valuation: Valuation) -> Bool[np.ndarray, " state"]:
    """Whether some share is better for both than fighting on, commitment and talks left aside."""
    need = [
        requirement(
            valuation.floor[i], situation.leader_stake[i], situation.leader_threshold_share[i]
        )
        + situation.switching_cost[i]
        for i in (0, 1)
    ]
    return np.asarray(need[0] + need[1] <= 1.0 + 1e-12)


def minimal_blocks(
    positions: Positions,
) -> dict[date, list[tuple[tuple[str, ...], float]]]:
    """Per date: minimal sets of frictions whose removal permits a deal, with their probability.

    A draw counts for a set if no deal is possible with all frictions, one is without the set, and
    none is without any smaller part of it. The empty tuple is the case that no set suffices.
    """
    valued = positions.game.solved.solution.evaluate_cases(positions.situation, ALL_CASES)
    feasible = {case: valued[case].terms.is_feasible for case in ALL_CASES}
    blocked = ~feasible[FULL]
    minimal: dict[Case, np.ndarray] = {}
    solved = np.zeros_like(blocked)
    for case in sorted((c for c in ALL_CASES if c), key=lambda c: (len(c), sorted(c))):
        smaller = np.zeros_like(blocked)
        for other, found in minimal.items():
            if other < case:
                smaller |= found
        minimal[case] = blocked & feasible[case] & ~smaller
        solved |= minimal[case]
    result: dict[date, list[tuple[tuple[str, ...], float]]] = {}
    for when in positions.dates:
        part = positions.part(when)
        rows = [(tuple(sorted(case)), float(found[part].mean())) for case, found in minimal.items()]
        rows.append(((), float((blocked & ~solved)[part].mean())))
        kept = [row for row in rows if row[1] > 0.0]
        result[when] = sorted(kept, key=lambda row: (-row[1], row[0]))
    return result
