"""The weekly step in NumPy: float32, a chunk of runs that stays in cache, buffers reused.

Axes are side, sector and run, the run last. NumPy's exponential and logarithm of float32 use the
vector units. Operations are rare, so that their choice of a sector looks at few runs.
"""

import numpy as np

from .packed import derived
from .shared import SECTOR_STATE, SIDE_SECTOR_STATE, SIDE_STATE, Luck, Plain

CHUNK = 1024
"""Runs worked at a time: the fastest of 128 to 4,096 where it was tried."""

f4 = np.float32
LEAST_FORCE = f4(300.0)


class Chunk:
    """Some runs of a campaign, and the buffers of a week."""

    def __init__(self, start: Plain) -> None:
        values = start.values | {k: v.astype(f4) for k, v in derived(start.values).items()}
        names = (*SECTOR_STATE, *SIDE_SECTOR_STATE, *SIDE_STATE)
        self.s = {name: values[name].copy() for name in names}
        self.p = {name: np.ascontiguousarray(values[name]) for name in values if name not in names}
        sectors, runs = self.s["held_km2"].shape
        self.area = start.area_km2[:, None]
        self.is_home = np.arange(2)[:, None] == start.home
        self.neighbours = start.neighbours.astype(f4)
        # Share of each side is base + slope x share of the side not at home.
        self.base = np.where(self.is_home, f4(1.0), f4(0.0))[:, :, None]
        self.slope = np.where(self.is_home, f4(-1.0), f4(1.0))[:, :, None]
        self.full_km = self.p["front_length_factor"] * np.sqrt(self.area)
        self.weight_km = self.full_km * self.p["attraction"]
        self.kept_materiel = f4(1.0) - self.p["materiel_use_per_week"]
        self.not_quiet = f4(1.0) - self.p["quiet_loss_share"]
        self.pace = self.p["advance_km_per_day"] * self.p["supply_reach_km"]
        self.per_support = f4(1.0) / np.maximum(self.p["support_start_share"], f4(0.01))
        self.fall = (
            f4(100.0) * self.p["support_fall_per_percent_lost"] / self.p["population_persons"]
        )
        self.big = [np.empty((2, sectors, runs), f4) for _ in range(9)]
        self.small = [np.empty((sectors, runs), f4) for _ in range(4)]

    def week(self, luck: tuple[np.ndarray, ...], rng: np.random.Generator) -> None:
        """One week, in place. `luck` is ground, losses, aid, operation and, in checks, choice."""
        s, p = self.s, self.p
        ground, by_losses, by_aid, by_operation = luck[:4]
        edge, attack, yielded, losses, share, contested, t, u, v = self.big
        contact, moved, x, y = self.small
        held = s["held_km2"]

        np.divide(held, self.area, out=x)
        np.multiply(self.slope, x, out=share)
        np.add(share, self.base, out=share)
        np.subtract(f4(1.0), x, out=contact)
        np.minimum(contact, x, out=contact)
        np.maximum(contact, f4(0.0), out=contact)
        np.multiply(contact, f4(2.0 * np.pi), out=contact)
        np.sqrt(contact, out=contact)
        np.minimum(contact, f4(1.0), out=contact)
        holds = share > f4(0.02)
        reach = np.matmul(self.neighbours, holds.astype(f4)) > 0
        s["surprise_log"] *= p["surprise_left"]
        self._open_operations(by_operation, luck[4:], reach, share, rng)

        deployed, moving, fort = (
            s["deployed_persons"],
            s["moving_persons"],
            s["fortification_share"],
        )
        surprise, lost_km = s["surprise_log"], s["lost_km"]
        np.add(deployed, moving, out=t)
        theatre = t.sum(axis=1)
        theatre += s["reserve_persons"]
        log_worth = self._log_worth(theatre)

        # Luck and advantage.
        luck_log = s["luck_log"]
        luck_log *= p["ground_noise_persistence"]
        np.multiply(ground, p["ground_noise_fresh"], out=x)
        luck_log += x
        np.multiply(deployed, np.exp(log_worth)[:, None], out=t)
        t += LEAST_FORCE
        np.divide(t[0], t[1], out=x)
        np.log(x, out=x)
        np.multiply(fort, p["fortification_log_strength"], out=t)
        np.subtract(surprise, t[::-1], out=edge)
        edge[0] += x
        edge[1] -= x
        np.multiply(self.slope, luck_log, out=t)
        edge -= t
        np.multiply(edge, -p["attack_slope"], out=attack)
        np.exp(attack, out=attack)
        attack += f4(1.0)
        np.reciprocal(attack, out=attack)

        # Where they meet, and who goes back.
        np.multiply(surprise, p["per_surprise_log_strength"], out=contested)
        np.minimum(contested, f4(1.0), out=contested)
        contested *= p["border_front_share"]
        contested *= reach
        np.maximum(contested, contact, out=contested)
        meeting = np.maximum(contested[0], contested[1], out=y)
        np.subtract(edge, p["withdrawal_advantage_log"], out=yielded)
        np.maximum(yielded, f4(0.0), out=yielded)
        np.add(yielded, f4(1.0), out=t)
        yielded /= t
        yielded *= attack

        # Losses.
        np.multiply(attack, p["attacker_loss_factor"], out=t)
        t += attack[::-1]
        t *= self.not_quiet * p["per_attack"]
        t += p["quiet_loss_share"]
        np.multiply(yielded, -p["withdrawal_saved_share"], out=u)
        u += f4(1.0)
        np.multiply(u[0], u[1], out=x)
        x *= meeting
        t *= x
        t *= p["loss_rate_per_week"][:, None]
        np.maximum(deployed, f4(1e-30), out=u)
        np.divide(u[1], u[0], out=x)
        np.log(x, out=x)
        np.add(x, log_worth[1], out=losses[0])
        np.subtract(log_worth[0], x, out=losses[1])
        losses *= p["concentration_exponent"]
        np.exp(losses, out=losses)
        losses *= t
        losses *= deployed
        losses *= deployed[::-1] > 0
        np.minimum(losses, deployed, out=losses)
        noise = p["loss_noise"]
        losses *= np.exp(noise * (by_losses - f4(0.5) * noise))[:, None]
        np.minimum(losses, deployed, out=losses)

        # Ground.
        np.multiply(edge, p["advance_force_exponent"], out=t)
        np.minimum(t, f4(30.0), out=t)
        np.exp(t, out=t)
        t *= attack
        t *= self.pace
        np.add(lost_km[::-1], p["supply_reach_km"], out=u)
        t /= u
        yielded *= p["withdrawal_km_per_day"]
        t += yielded
        np.add(t, p["advance_limit_km_per_day"], out=u)
        t /= u
        t *= f4(7.0) * p["advance_limit_km_per_day"]
        t *= contested
        t *= self.slope
        np.add(t[0], t[1], out=x)
        x *= self.full_km
        x += held
        np.maximum(x, f4(0.0), out=x)
        np.minimum(x, self.area, out=x)
        np.subtract(x, held, out=moved)
        held[:] = x
        np.divide(moved, self.area, out=x)
        x *= p["stake_weight"]
        np.multiply(self.slope, x, out=t)
        stake_gain = t.sum(axis=1)
        np.multiply(self.slope, moved, out=u)
        meeting *= self.full_km
        np.maximum(meeting, f4(1.0), out=meeting)
        np.absolute(moved, out=moved)
        moved /= meeting
        lost_km *= f4(0.75)
        np.multiply(moved, u < 0, out=t)
        lost_km += t

        # Fortification.
        np.subtract(f4(1.0), fort, out=t)
        np.subtract(f4(1.0), attack, out=u)
        t *= u
        t *= p["fortification_pace"]
        fort += t
        moved *= -p["per_fortification_depth"]
        np.exp(moved, out=moved)
        fort *= moved

        lost = losses.sum(axis=1)
        support = self._home_front(lost, stake_gain, by_aid)
        released, trained, recovered = self._pipeline(lost, theatre, support)

        # Troops wanted where; surplus leaves, and reserves go where they are needed.
        np.multiply(reach[::-1], holds, out=u, casting="unsafe")
        np.subtract(f4(1.0), contact, out=x)
        x *= p["quiet_cover_share"]
        u *= x
        u += contact
        share += f4(1e-6)
        share *= f4(1e-6)
        u += share
        np.multiply(lost_km, p["allocation_threat_per_km"], out=t)
        t += f4(1.0)
        u *= t
        u *= self.weight_km
        deployed -= losses
        np.add(deployed, moving, out=t)
        weight_sum = u.sum(axis=1)
        u *= ((t.sum(axis=1) + released) / weight_sum)[:, None]
        np.subtract(u, t, out=t)
        np.maximum(t, f4(0.0), out=t)
        np.subtract(deployed, u, out=v)
        np.maximum(v, f4(0.0), out=v)
        v *= p["redeployment_share_per_week"]
        deployed -= v
        sent = released + v.sum(axis=1)
        np.multiply(moving, p["movement_part"], out=v)
        deployed += v
        moving -= v
        needed = t.sum(axis=1)
        nobody = needed <= 0
        if nobody.any():
            wanted = u / u.sum(axis=1)[:, None]
            np.copyto(t, wanted, where=nobody[:, None])
            needed[nobody] = 1.0
        t *= (sent / needed)[:, None]
        moving += t
        s["reserve_persons"] += trained + recovered - released

    def _log_worth(self, theatre: np.ndarray) -> np.ndarray:
        s, p = self.s, self.p
        reference = p["reference_materiel_eur_per_person"] * theatre
        ratio = s["materiel_eur"] / np.maximum(reference, f4(1.0))
        ratio = np.log(np.maximum(ratio, f4(1e-30)))
        share = f4(1.0) - p["manpower_weight"]
        together = np.log1p(share * np.expm1(p["substitution_r"] * ratio))
        worth = together * p["substitution_per_r"] + p["substitution_is_one"] * share * ratio
        return worth + p["effectiveness_log"]

    def _open_operations(
        self,
        shock: np.ndarray,
        given: tuple[np.ndarray, ...],
        reach: np.ndarray,
        share: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        s, p = self.s, self.p
        opens = shock < p["operation_probability"]
        deployed, reserve = s["deployed_persons"], s["reserve_persons"]
        chosen = []
        for side in range(2):
            [runs] = np.nonzero(opens[side])
            if not len(runs):
                continue
            part = p["operation_reserve_share"][runs]
            there = deployed[:, :, runs] + LEAST_FORCE
            fort = (
                p["fortification_log_strength"][runs] * s["fortification_share"][1 - side][:, runs]
            )
            appeal = (there[side] + part * reserve[side, runs]) / there[1 - side] * np.exp(-fort)
            appeal *= p["attraction"][side][:, runs]
            if given:
                appeal /= given[0][side][:, runs]
            else:
                appeal /= rng.standard_exponential(appeal.shape, f4)
            is_open = reach[side][:, runs] & (share[side][:, runs] < 1.0)
            appeal = np.where(is_open, appeal, f4(-1.0))
            best = appeal.argmax(axis=0)
            committed = np.minimum(part * reserve[side, runs], reserve[side, runs])
            committed *= is_open[best, np.arange(len(runs))]
            chosen.append((side, best, runs, committed))
        for side, best, runs, committed in chosen:
            reserve[side, runs] -= committed
            deployed[side, best, runs] += committed
            fresh = np.where(committed > 0, p["surprise_log_strength"][runs], f4(0.0))
            left = s["surprise_log"][side, best, runs]
            s["surprise_log"][side, best, runs] = np.maximum(left, fresh)

    def _home_front(
        self, lost: np.ndarray, stake_gain: np.ndarray, by_aid: np.ndarray
    ) -> np.ndarray:
        s, p = self.s, self.p
        recent = s["recent_gain_share"]
        recent *= f4(0.885)
        recent += stake_gain
        success = np.exp(np.clip(p["success_response"] * recent, f4(-30.0), f4(30.0)))
        stops = np.minimum(p["interruption_probability"] / success, f4(1.0))
        surges = np.minimum(p["surge_probability"] * success, f4(1.0) - stops)
        regime = s["aid_regime"]
        changed = np.where(
            by_aid < stops, f4(0.0), np.where(by_aid > f4(1.0) - surges, f4(2.0), f4(1.0))
        )
        resumed = (by_aid < p["resumption_probability"]).astype(f4)
        calmed = np.where(by_aid < p["surge_end_probability"], f4(1.0), f4(2.0))
        regime[:] = np.where(regime == 0, resumed, np.where(regime == 2, calmed, changed))
        flow = np.where(regime == 2, p["surge_factor"], f4(1.0))
        flow = np.where(regime == 0, p["interrupted_share"], flow)
        materiel = s["materiel_eur"]
        materiel *= self.kept_materiel
        materiel += p["production_eur_per_week"] + p["aid_flow_eur_per_week"] * flow
        support, first = s["support_share"], p["support_start_share"]
        change = p["support_rise_per_stake_share"] * stake_gain - self.fall * lost
        change += p["support_return_per_week"] * (first - support)
        support += change
        np.clip(support, f4(0.0), f4(1.0), out=support)
        s["losses_persons"] += lost
        recent_losses = s["recent_losses_persons_per_week"]
        recent_losses *= f4(0.75)
        recent_losses += f4(0.25) * lost
        return support

    def _pipeline(
        self, lost: np.ndarray, theatre: np.ndarray, support: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        s, p = self.s, self.p
        need = np.clip(
            p["theatre_start_persons"] / np.maximum(theatre, f4(1.0)), f4(1 / 3), f4(3.0)
        )
        will = np.clip(support * self.per_support, f4(0.01), f4(3.0))
        calls = p["mobilization_response"] * np.log(need)
        calls += p["support_recruitment_exponent"] * np.log(will)
        joined = np.minimum(p["recruitment_persons_per_week"] * np.exp(calls), s["pool_persons"])
        trained = s["training_persons"] * p["training_part"]
        recovered = s["recovering_persons"] * p["recovery_part"]
        released = p["reserve_release_per_week"] * s["reserve_persons"]
        wounded = p["returning_share"] * lost
        s["training_persons"] += joined - trained
        s["recovering_persons"] += wounded - recovered
        s["pool_persons"] -= joined
        s["out_persons"] += lost - wounded
        return released, trained, recovered


def run(start: Plain, weeks: int, seed: int, luck: Luck | None = None) -> dict[str, np.ndarray]:
    """Held ground and losses after so many weeks."""
    ends = []
    for first in range(0, start.runs, CHUNK):
        last = min(first + CHUNK, start.runs)
        chunk = Chunk(start.cut(first, last))
        rng = np.random.Generator(np.random.SFC64([seed, first]))
        sectors, runs = chunk.s["held_km2"].shape
        for week in range(weeks):
            if luck is None:
                normal = rng.standard_normal((sectors + 2, runs), f4)
                even = rng.random((2, 2, runs), f4)
                drawn = (normal[:sectors], normal[sectors:], even[0], even[1])
            else:
                given = (luck.ground, luck.losses, luck.aid, luck.operation, luck.choice)
                drawn = tuple(values[week][..., first:last] for values in given)
            chunk.week(drawn, rng)
        ends.append(chunk.s)
    return {
        name: np.concatenate([end[name] for end in ends], axis=-1)
        for name in ("held_km2", "losses_persons")
    }
