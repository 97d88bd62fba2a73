"""The weekly step in Mesa 3: an agent for what each side has in each sector, one run at a time.

Sides are agents too (reserve, pool, materiel, support), and sectors hold what both sides share.
Plain Python floats; no data collector. Every agent acts once in each phase of the week.
"""

import math
import random
from typing import Any

import mesa
import numpy as np

from .packed import derived
from .shared import Luck, Plain

LEAST_FORCE = 300.0
WHOLE = 1.0 - 2.0**-25
"""A share of a sector from here on is 1 in single precision: the side has nothing left to take."""


class Sector:
    """Ground that both sides share."""

    def __init__(self, model: "Campaign", place: int) -> None:
        given = model.given
        self.place = place
        self.area = float(model.start.area_km2[place])
        self.home = int(model.start.home[place])
        self.held = given("held_km2", place)
        self.luck = given("luck_log", place)
        self.stake = given("stake_weight", place)
        self.full_km = model.front_length_factor * math.sqrt(self.area)
        self.contact = self.meeting = self.moved = 0.0

    def share(self, side: int) -> float:
        """Share of the sector that a side holds."""
        other = self.held / self.area
        return 1.0 - other if side == self.home else other


class Side(mesa.Agent):
    """One side: its reserve, its people at home, its materiel and its public."""

    def __init__(self, model: "Campaign", number: int) -> None:
        super().__init__(model)
        given = model.given
        self.number = number
        self.troops: list[Troops] = []
        self.reserve = given("reserve_persons", number)
        self.training = given("training_persons", number)
        self.recovering = given("recovering_persons", number)
        self.pool = given("pool_persons", number)
        self.out = given("out_persons", number)
        self.losses = given("losses_persons", number)
        self.recent_losses = given("recent_losses_persons_per_week", number)
        self.materiel = given("materiel_eur", number)
        self.support = given("support_share", number)
        self.regime = round(given("aid_regime", number))
        self.recent_gain = given("recent_gain_share", number)
        self.operation_probability = given("operation_probability", number)
        self.recruitment = given("recruitment_persons_per_week", number)
        self.theatre_start = given("theatre_start_persons", number)
        self.production = given("production_eur_per_week", number)
        self.aid_flow = given("aid_flow_eur_per_week", number)
        self.loss_rate = given("loss_rate_per_week", number)
        self.population = given("population_persons", number)
        self.support_start = given("support_start_share", number)
        self.effectiveness = math.exp(given("effectiveness_log", number))
        self.operation: tuple[Troops, float] | None = None
        self.theatre = self.worth = self.loss_factor = self.released = 0.0

    def plan_operation(self) -> None:
        """Choose, with a small probability, a sector to open an operation in."""
        model = self.model
        self.operation = None
        if model.uniform("operation", self.number) >= self.operation_probability:
            return
        committed = model.operation_reserve_share * self.reserve
        best = 0.0
        for troops in self.troops:
            if troops.reach and troops.share < WHOLE:
                appeal = troops.prospect(committed) / model.waiting(self.number, troops.place)
                if appeal > best:
                    best, self.operation = appeal, (troops, min(committed, self.reserve))

    def open_operation(self) -> None:
        """Commit part of the reserve to the operation that was planned."""
        if self.operation is not None and self.operation[1] > 0.0:
            troops, committed = self.operation
            self.reserve -= committed
            troops.deployed += committed
            troops.surprise = max(troops.surprise, self.model.surprise_log_strength)

    def arm(self) -> None:
        """Force of one person with this week's materiel, and the week's luck with losses."""
        model = self.model
        self.theatre = self.reserve + sum(t.deployed + t.moving for t in self.troops)
        reference = max(model.reference_materiel_eur_per_person * self.theatre, 1.0)
        ratio = math.log(max(self.materiel / reference, 1e-30))
        share = 1.0 - model.manpower_weight
        if model.substitution_is_one:
            log_force = share * ratio
        else:
            mixed = share * math.expm1(model.substitution_r * ratio)
            log_force = math.log1p(mixed) * model.substitution_per_r
        self.worth = math.exp(log_force) * self.effectiveness
        noise = model.loss_noise
        luck = model.normal("losses", self.number)
        self.loss_factor = math.exp(noise * luck - 0.5 * noise * noise)

    def end_week(self) -> None:
        """Aid, materiel, support, recruits, and where the reserve and surplus go."""
        model = self.model
        lost = sum(troops.lost for troops in self.troops)
        gained = sum(t.sector.stake * (t.sector.share(self.number) - t.share) for t in self.troops)
        self.recent_gain = 0.885 * self.recent_gain + gained
        self.regime = self.next_regime()
        shares = (model.interrupted_share, 1.0, model.surge_factor)
        self.materiel *= 1.0 - model.materiel_use_per_week
        self.materiel += self.production + self.aid_flow * shares[self.regime]
        change = model.support_rise_per_stake_share * gained
        change -= model.support_fall_per_percent_lost * 100.0 * lost / self.population
        change += model.support_return_per_week * (self.support_start - self.support)
        self.support = min(max(self.support + change, 0.0), 1.0)
        self.losses += lost
        self.recent_losses = 0.75 * self.recent_losses + 0.25 * lost
        need = min(max(self.theatre_start / max(self.theatre, 1.0), 1 / 3), 3.0)
        will = min(max(self.support / max(self.support_start, 0.01), 0.01), 3.0)
        calls = need**model.mobilization_response * will**model.support_recruitment_exponent
        joined = min(self.recruitment * calls, self.pool)
        trained = self.training * model.training_part
        recovered = self.recovering * model.recovery_part
        self.released = model.reserve_release_per_week * self.reserve
        self.reserve += trained + recovered - self.released
        self.training += joined - trained
        self.pool -= joined
        self.recovering += model.returning_share * lost - recovered
        self.out += (1.0 - model.returning_share) * lost
        self.move_troops()

    def next_regime(self) -> int:
        """Interrupted (0), sustained (1) or surging (2) aid a week later."""
        model, shock = self.model, self.model.uniform("aid", self.number)
        if self.regime == 0:
            return int(shock < model.resumption_probability)
        if self.regime == 2:
            return 1 if shock < model.surge_end_probability else 2
        success = math.exp(min(max(model.success_response * self.recent_gain, -30.0), 30.0))
        stops = min(model.interruption_probability / success, 1.0)
        surges = min(model.surge_probability * success, 1.0 - stops)
        return 0 if shock < stops else 2 if shock > 1.0 - surges else 1

    def move_troops(self) -> None:
        """Surplus leaves its sector, and with the reserve goes to where troops are wanted."""
        model = self.model
        weights = [troops.weight() for troops in self.troops]
        placed = sum(t.deployed - t.lost + t.moving for t in self.troops)
        per_weight = (placed + self.released) / sum(weights)
        going, needed = self.released, []
        for troops, weight in zip(self.troops, weights, strict=True):
            wanted = weight * per_weight
            deployed = troops.deployed - troops.lost
            leaving = model.redeployment_share_per_week * max(deployed - wanted, 0.0)
            needed.append(max(wanted - deployed - troops.moving, 0.0))
            arrived = troops.moving * model.movement_part
            troops.deployed = deployed - leaving + arrived
            troops.moving -= arrived
            going += leaving
        shares = needed if sum(needed) > 0.0 else weights
        per_share = going / sum(shares)
        for troops, share in zip(self.troops, shares, strict=True):
            troops.moving += share * per_share


class Troops(mesa.Agent):
    """What one side has in one sector."""

    def __init__(self, model: "Campaign", side: Side, sector: Sector) -> None:
        super().__init__(model)
        place = (side.number, sector.place)
        self.side, self.sector, self.place = side, sector, sector.place
        self.deployed = model.given("deployed_persons", *place)
        self.moving = model.given("moving_persons", *place)
        self.fort = model.given("fortification_share", *place)
        self.surprise = model.given("surprise_log", *place)
        self.lost_km = model.given("lost_km", *place)
        self.attraction = model.given("attraction", *place)
        self.other: Troops
        self.share = self.edge = self.attack = self.contested = self.yielded = self.lost = 0.0
        self.holds = self.reach = False

    def look(self) -> None:
        """What the side holds here, and how long the front is."""
        self.share = self.sector.share(self.side.number)
        self.holds = self.share > 0.02
        smaller = max(min(self.share, 1.0 - self.share), 0.0)
        self.sector.contact = min(math.sqrt(2.0 * math.pi * smaller), 1.0)
        self.surprise *= self.model.surprise_left

    def scout(self) -> None:
        """Whether the side could attack here: it holds land in the sector or beside it."""
        self.reach = any(self.side.troops[t].holds for t in self.model.beside[self.place])

    def prospect(self, committed: float) -> float:
        """How favourable an operation here looks."""
        own, against = self.deployed + LEAST_FORCE, self.other.deployed + LEAST_FORCE
        walls = self.model.fortification_log_strength * self.other.fort
        return (own + committed) / against * self.attraction * math.exp(-walls)

    def plan(self) -> None:
        """Advantage, the part of the front on which to attack, and where the other goes back."""
        model, sector = self.model, self.sector
        own = self.deployed * self.side.worth + LEAST_FORCE
        against = self.other.deployed * self.other.side.worth + LEAST_FORCE
        luck = sector.luck if self.side.number == sector.home else -sector.luck
        walls = model.fortification_log_strength * self.other.fort
        self.edge = math.log(own / against) - walls + self.surprise + luck
        self.attack = 1.0 / (1.0 + math.exp(-model.attack_slope * self.edge))
        opened = 0.0
        if self.reach:
            fresh = min(self.surprise * model.per_surprise_log_strength, 1.0)
            opened = model.border_front_share * fresh
        self.contested = max(opened, sector.contact)
        pressure = max(self.edge - model.withdrawal_advantage_log, 0.0)
        self.yielded = self.attack * pressure / (1.0 + pressure)

    def fight(self) -> None:
        """Losses of the week."""
        model, other = self.model, self.other
        self.sector.meeting = max(self.contested, other.contested)
        saved = model.withdrawal_saved_share
        engaged = self.sector.meeting * (1.0 - saved * self.yielded) * (1.0 - saved * other.yielded)
        factor = model.attacker_loss_factor
        attacked = (factor * self.attack + other.attack) / (1.0 + factor)
        intensity = model.quiet_loss_share + (1.0 - model.quiet_loss_share) * attacked
        self.lost = 0.0
        if self.deployed > 0.0 and other.deployed > 0.0:
            ratio = other.deployed * other.side.worth / self.deployed
            rate = self.side.loss_rate * intensity * engaged
            expected = rate * self.deployed * ratio**model.concentration_exponent
            expected = min(expected, self.deployed)
            self.lost = min(expected * self.side.loss_factor, self.deployed)

    def advance(self) -> float:
        """Land gained in the week, in square kilometres."""
        model = self.model
        supplied = model.supply_reach_km / (model.supply_reach_km + self.other.lost_km)
        exponent = min(model.advance_force_exponent * self.edge, 30.0)
        rate = model.advance_km_per_day * self.attack * supplied * math.exp(exponent)
        rate += model.withdrawal_km_per_day * self.yielded
        limit = model.advance_limit_km_per_day
        return 7.0 * rate * limit / (limit + rate) * self.sector.full_km * self.contested

    def dig(self) -> None:
        """Fortification, and the ground lost of late, after the line has moved."""
        model, moved = self.model, self.sector.moved
        built = (1.0 - self.fort) * model.fortification_pace * (1.0 - self.attack)
        self.fort = (self.fort + built) * math.exp(-moved * model.per_fortification_depth)
        lost = self.sector.share(self.side.number) < self.share
        self.lost_km = 0.75 * self.lost_km + (moved if lost else 0.0)

    def weight(self) -> float:
        """How strongly the side wants troops here."""
        model, contact = self.model, self.sector.contact
        cover = float(self.other.reach and self.holds)
        quiet = model.quiet_cover_share * (1.0 - contact) * cover
        standing = 1e-6 * (self.share + 1e-6)
        threat = 1.0 + model.allocation_threat_per_km * self.lost_km
        return self.sector.full_km * (contact + quiet + standing) * threat * self.attraction


class Campaign(mesa.Model):
    """One run; parameters are attributes by their names."""

    def __init__(self, start: Plain, run: int, seed: int, luck: Luck | None = None) -> None:
        super().__init__(seed=seed)
        self.start, self.run_number, self.luck, self.week = start, run, luck, 0
        for name, value in (start.values | derived(start.values)).items():
            if value.ndim == 1:
                setattr(self, name, float(value[run]))
        sectors = range(len(start.area_km2))
        self.beside = [np.nonzero(start.neighbours[s])[0].tolist() for s in sectors]
        self.sectors = [Sector(self, s) for s in sectors]
        self.sides = [Side(self, i) for i in range(2)]
        for side in self.sides:
            side.troops = [Troops(self, side, sector) for sector in self.sectors]
        for one, another in zip(*(side.troops for side in self.sides), strict=True):
            one.other, another.other = another, one
        self.all_troops = self.agents_by_type[Troops]
        self.all_sides = self.agents_by_type[Side]

    def given(self, name: str, *place: int) -> float:
        """A number at the start of this run."""
        return float(self.start.values[name][(*place, self.run_number)])

    def _check(self, name: str, *place: int) -> float:
        return float(getattr(self.luck, name)[(self.week, *place, self.run_number)])

    def normal(self, name: str, place: int) -> float:
        """A standard normal deviate, or the one given for a check."""
        return self.random.gauss(0.0, 1.0) if self.luck is None else self._check(name, place)

    def uniform(self, name: str, place: int) -> float:
        """A uniform deviate, or the one given for a check."""
        return self.random.random() if self.luck is None else self._check(name, place)

    def waiting(self, side: int, sector: int) -> float:
        """An exponential deviate, or the one given for a check."""
        if self.luck is None:
            return self.random.expovariate(1.0)
        return self._check("choice", side, sector)

    def step(self) -> None:
        """One week."""
        self.all_troops.do("look")
        self.all_troops.do("scout")
        self.all_sides.do("plan_operation")
        self.all_sides.do("open_operation")
        for sector in self.sectors:
            fresh = self.ground_noise_fresh * self.normal("ground", sector.place)
            sector.luck = self.ground_noise_persistence * sector.luck + fresh
        self.all_sides.do("arm")
        self.all_troops.do("plan")
        self.all_troops.do("fight")
        for sector in self.sectors:
            home = self.sides[sector.home].troops[sector.place]
            held = sector.held + home.other.advance() - home.advance()
            held = min(max(held, 0.0), sector.area)
            sector.moved = abs(held - sector.held) / max(sector.full_km * sector.meeting, 1.0)
            sector.held = held
        self.all_troops.do("dig")
        self.all_sides.do("end_week")
        self.week += 1


def run(start: Plain, weeks: int, seed: int, luck: Luck | None = None) -> dict[str, np.ndarray]:
    """Held ground and losses after so many weeks."""
    held: list[Any] = []
    losses: list[Any] = []
    seeds = random.Random(seed)
    for number in range(start.runs):
        model = Campaign(start, number, seeds.getrandbits(32), luck)
        for _ in range(weeks):
            model.step()
        held.append([sector.held for sector in model.sectors])
        losses.append([side.losses for side in model.sides])
    return {"held_km2": np.array(held).T, "losses_persons": np.array(losses).T}
