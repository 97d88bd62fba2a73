"""The weekly step in Numba: a block of runs at a time through all weeks, the runs innermost.

Everything is float32. Rows of a block lie at constant distances in three small arrays, so that the
compiler sees that they do not overlap and turns every loop over runs into vector instructions;
exponentials, logarithms and turns are polynomials, because calls of the C library would not be.
"""

from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba
import numpy as np

from . import packed
from .packed import P_ROWS, Q_ROWS, X_ROWS, Packed, pack
from .shared import Luck, Plain

LANES = 64
# A row begins at row x LANES of one flat array: only then are distances known to the compiler.
# Where a row has a name, the row of the other side comes next.
SIDE = LANES
X = namedtuple("X", packed.X)(*(row * LANES for row in packed.X.values()))
Q = namedtuple("Q", packed.Q)(*(row * LANES for row in packed.Q.values()))
P = namedtuple("P", packed.P)(*(row * LANES for row in packed.P.values()))
# Beside the rows of the state, a sector has five of scratch, and so have the sides.
LUCK, LOSSES, WEIGHT = (row * LANES for row in (X_ROWS, X_ROWS + 1, X_ROWS + 3))
X_SIZE = (X_ROWS + 5) * LANES
_SCRATCH = (
    "lost",
    "weight",
    "placed",
    "stake_gain",
    "released",
    "per_weight",
    "going",
    "needed",
    "theatre",
    "log_worth",
    "worth",
    "loss_luck",
    "aid_luck",
    "operation_luck",
)
Z = namedtuple("Z", _SCRATCH)(*(2 * LANES * i for i in range(len(_SCRATCH))))

f4, i4, u4, u8 = np.float32, np.int32, np.uint32, np.uint64
ZERO, HALF, ONE, TWO = f4(0.0), f4(0.5), f4(1.0), f4(2.0)
LEAST_FORCE = f4(300.0)

compiled = numba.njit(fastmath=True, nogil=True, error_model="numpy", boundscheck=False)


@compiled
def exp_of(x):
    """Exponential to two units in the last place, cut outside [-87, 88]."""
    x = max(min(x, f4(88.0)), f4(-87.0))
    n = i4(x * f4(1.44269504) + (HALF if x > ZERO else -HALF))
    f = f4(n)
    r = (x - f * f4(0.693359375)) + f * f4(2.12194440e-4)
    e = f4(1.9875691500e-4)
    e = e * r + f4(1.3981999507e-3)
    e = e * r + f4(8.3334519073e-3)
    e = e * r + f4(4.1665795894e-2)
    e = e * r + f4(1.6666665459e-1)
    e = e * r + f4(5.0000001201e-1)
    e = e * r * r + r + ONE
    return e * i4((n + i4(127)) << i4(23)).view(np.float32)


@compiled
def log_of(x):
    """Logarithm to two units in the last place, of normal positive numbers."""
    u = u4(f4(x).view(np.uint32) - u4(0x3F3504F3))
    n = i4(i4(u) >> i4(23))
    r = u4((u & u4(0x007FFFFF)) + u4(0x3F3504F3)).view(np.float32) - ONE
    e = f4(7.0376836292e-2)
    e = e * r - f4(1.1514610310e-1)
    e = e * r + f4(1.1676998740e-1)
    e = e * r - f4(1.2420140846e-1)
    e = e * r + f4(1.4249322787e-1)
    e = e * r - f4(1.6668057665e-1)
    e = e * r + f4(2.0000714765e-1)
    e = e * r - f4(2.4999993993e-1)
    e = e * r + f4(3.3333331174e-1)
    s = r * r
    e = e * r * s - HALF * s
    return (r + (e - f4(2.12194440e-4) * f4(n))) + f4(0.693359375) * f4(n)


@compiled
def turn_of(turn):
    """Sine and cosine of a full turn times `turn` in [-1/2, 1/2], by half the angle."""
    t = turn * f4(3.14159265)
    u = t * t
    s = u * f4(2.6e-6) - f4(1.9515296e-4)
    s = t * (ONE + u * (f4(-1.6666654e-1) + u * (f4(8.3321608e-3) + u * s)))
    c = f4(2.4760495e-5) - u * f4(2.6e-7)
    c = ONE + u * (-HALF + u * (f4(4.1666642e-2) + u * (f4(-1.3888397e-3) + u * c)))
    return TWO * s * c, c * c - s * s


@compiled
def unit(word):
    """A uniform deviate in (0, 1) of 24 bits."""
    return (f4(i4(word >> u4(8))) + HALF) * f4(2.0**-24)


@compiled
def mixed(more):
    """The next word of a scalar generator (splitmix64), of which one is kept to a block."""
    more[0] += u8(0x9E3779B97F4A7C15)
    z = more[0]
    z = (z ^ (z >> u8(30))) * u8(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> u8(27))) * u8(0x94D049BB133111EB)
    return u4((z ^ (z >> u8(31))) >> u8(32))


@compiled
def next_words(random, out):
    """A word to each run: xoshiro128++, a generator to a run."""
    for run in range(LANES):
        a, b = random[run], random[LANES + run]
        c, d = random[2 * LANES + run], random[3 * LANES + run]
        total = u4(a + d)
        out[run] = u4(u4((total << u4(7)) | (total >> u4(25))) + a)
        t = u4(b << u4(9))
        c = u4(c ^ a)
        d = u4(d ^ b)
        random[LANES + run] = b ^ c
        random[run] = a ^ d
        random[2 * LANES + run] = c ^ t
        random[3 * LANES + run] = u4((d << u4(11)) | (d >> u4(21)))


@compiled
def normal_pair(random, words, first, second):
    """Two rows of standard normal deviates, by Box and Muller."""
    next_words(random, words)
    next_words(random, words[LANES:])
    for run in range(LANES):
        radius = np.sqrt(-TWO * log_of(unit(words[run])))
        sine, cosine = turn_of(f4(i4(words[LANES + run])) * f4(2.0**-32))
        first[run] = radius * cosine
        second[run] = radius * sine


@compiled
def draw(random, words, x, z):
    """All chance of a week: normals of sectors and losses, uniforms of aid and operations."""
    sectors = len(x)
    for s in range(0, sectors, 2):
        second = x[s + 1, LUCK:] if s + 1 < sectors else z[Z.needed :]
        normal_pair(random, words, x[s, LUCK:], second)
    normal_pair(random, words, z[Z.loss_luck :], z[Z.loss_luck + SIDE :])
    for at in range(0, 2 * SIDE, SIDE):
        aid, operation = z[Z.aid_luck + at :], z[Z.operation_luck + at :]
        next_words(random, words)
        for run in range(LANES):
            low, high = words[run] & u4(0xFFFF), words[run] >> u4(16)
            aid[run] = (f4(i4(low)) + HALF) * f4(2.0**-16)
            operation[run] = (f4(i4(high)) + HALF) * f4(2.0**-16)


@compiled
def chosen_sector(x, p, holds, area, home, beside, more, choice, week, first, side, run, available):
    """Where an operation of one side in one run goes; -1 where it has nowhere to go."""
    best, best_appeal, other = -1, ZERO, 1 - side
    for s in range(len(area)):
        share = x[s, X.held_km2 + run] / area[s]
        if home[s] == side:
            share = ONE - share
        if (holds[side * SIDE + run] & beside[s]) == 0 or share >= ONE:
            continue
        own = x[s, X.deployed_persons + side * SIDE + run] + LEAST_FORCE
        against = x[s, X.deployed_persons + other * SIDE + run] + LEAST_FORCE
        fort = (
            x[s, X.fortification_share + other * SIDE + run] * p[P.fortification_log_strength + run]
        )
        prospect = (
            (own + available) / against * x[s, X.attraction + side * SIDE + run] * exp_of(-fort)
        )
        given = len(choice) > 0
        waiting = choice[week, side, s, first + run] if given else -log_of(unit(mixed(more)))
        if prospect / waiting > best_appeal:
            best, best_appeal = s, prospect / waiting
    return best


@compiled
def open_operations(x, q, p, z, holds, area, home, beside, more, choice, week, first):
    """Operations are rare: run by run, and only where one is opened."""
    where = np.empty(2, np.int64)
    for run in range(LANES):
        opens_0 = z[Z.operation_luck + run] < p[P.operation_probability + run]
        opens_1 = z[Z.operation_luck + SIDE + run] < p[P.operation_probability + SIDE + run]
        if not (opens_0 or opens_1):
            continue
        part = p[P.operation_reserve_share + run]
        for side in range(2):
            where[side] = -1
            if opens_0 if side == 0 else opens_1:
                available = part * q[Q.reserve_persons + side * SIDE + run]
                where[side] = chosen_sector(
                    x, p, holds, area, home, beside, more, choice, week, first, side, run, available
                )
        for side in range(2):
            everybody = q[Q.reserve_persons + side * SIDE + run]
            committed = min(part * everybody, everybody)
            if where[side] < 0 or committed <= ZERO:
                continue
            s = where[side]
            q[Q.reserve_persons + side * SIDE + run] = everybody - committed
            x[s, X.deployed_persons + side * SIDE + run] += committed
            fresh = p[P.surprise_log_strength + run]
            left = x[s, X.surprise_log + side * SIDE + run]
            x[s, X.surprise_log + side * SIDE + run] = max(left, fresh)


@compiled
def who_holds(x, q, z, holds, area, home):
    """Sectors that each side holds, as bits, and people in the theatre."""
    for run in range(LANES):
        holds[run] = 0
        holds[SIDE + run] = 0
        z[Z.theatre + run] = q[Q.reserve_persons + run]
        z[Z.theatre + SIDE + run] = q[Q.reserve_persons + SIDE + run]
    for s in range(len(area)):
        y = x[s]
        base, slope = (ONE, -ONE) if home[s] == 0 else (ZERO, ONE)
        slope = slope / area[s]
        bit = i4(1 << s)
        for run in range(LANES):
            share = base + slope * y[X.held_km2 + run]
            holds[run] |= bit if share > f4(0.02) else i4(0)
            holds[SIDE + run] |= bit if ONE - share > f4(0.02) else i4(0)
            z[Z.theatre + run] += y[X.deployed_persons + run] + y[X.moving_persons + run]
            z[Z.theatre + SIDE + run] += (
                y[X.deployed_persons + SIDE + run] + y[X.moving_persons + SIDE + run]
            )


@compiled
def surprise_fades(x, p):
    for s in range(len(x)):
        y = x[s]
        for run in range(LANES):
            y[X.surprise_log + run] *= p[P.surprise_left + run]
            y[X.surprise_log + SIDE + run] *= p[P.surprise_left + run]


@compiled
def worth_of_a_person(q, z, p, own):
    """Force of one of a side's people and its logarithm, and the luck of its losses."""
    for run in range(LANES):
        reference = p[P.reference_materiel_eur_per_person + run] * z[Z.theatre + run]
        equipped = q[Q.materiel_eur + run] / max(reference, ONE)
        ratio = log_of(max(equipped, f4(1e-30)))
        share = ONE - p[P.manpower_weight + run]
        together = log_of(ONE + share * (exp_of(p[P.substitution_r + run] * ratio) - ONE))
        log_worth = (
            together * p[P.substitution_per_r + run]
            + p[P.substitution_is_one + run] * share * ratio
            + own[P.effectiveness_log + run]
        )
        z[Z.log_worth + run] = log_worth
        z[Z.worth + run] = exp_of(log_worth)
        noise = p[P.loss_noise + run]
        z[Z.loss_luck + run] = exp_of(noise * (z[Z.loss_luck + run] - HALF * noise))


@compiled
def fight(y, z, p, holds, area, home, beside):
    """One sector for a week: contest, losses, ground, fortification, where troops are wanted."""
    per_area, length = ONE / area, np.sqrt(area)
    # Share of side 0 is base + slope x share of the side not at home; luck favours home.
    base, slope, toward_0 = (ONE, -ONE, ONE) if home == 0 else (ZERO, ONE, -ONE)
    for run in range(LANES):
        held = y[X.held_km2 + run]
        share = held * per_area
        share_0 = base + slope * share
        share_1 = ONE - share_0
        contact = min(np.sqrt(f4(2.0 * np.pi) * max(min(share, ONE - share), ZERO)), ONE)
        full_km = p[P.front_length_factor + run] * length
        luck_log = (
            p[P.ground_noise_persistence + run] * y[X.luck_log + run]
            + p[P.ground_noise_fresh + run] * y[LUCK + run]
        )
        y[X.luck_log + run] = luck_log
        own_0, own_1 = y[X.deployed_persons + run], y[X.deployed_persons + SIDE + run]
        strength_0 = own_0 * z[Z.worth + run] + LEAST_FORCE
        strength_1 = own_1 * z[Z.worth + SIDE + run] + LEAST_FORCE
        ratio = log_of(strength_0 / strength_1) + toward_0 * luck_log
        walls = p[P.fortification_log_strength + run]
        fort_0, fort_1 = y[X.fortification_share + run], y[X.fortification_share + SIDE + run]
        fresh_0, fresh_1 = y[X.surprise_log + run], y[X.surprise_log + SIDE + run]
        edge_0 = fresh_0 + ratio - walls * fort_1
        edge_1 = fresh_1 - ratio - walls * fort_0
        steepness = p[P.attack_slope + run]
        attack_0 = ONE / (ONE + exp_of(-steepness * edge_0))
        attack_1 = ONE / (ONE + exp_of(-steepness * edge_1))
        opens, per_strength = p[P.border_front_share + run], p[P.per_surprise_log_strength + run]
        reach_0 = (holds[run] & beside) != 0
        reach_1 = (holds[SIDE + run] & beside) != 0
        opened_0 = opens * min(fresh_0 * per_strength, ONE)
        opened_1 = opens * min(fresh_1 * per_strength, ONE)
        contested_0 = max(opened_0 if reach_0 else ZERO, contact)
        contested_1 = max(opened_1 if reach_1 else ZERO, contact)
        meeting = max(contested_0, contested_1)
        threshold, saved = p[P.withdrawal_advantage_log + run], p[P.withdrawal_saved_share + run]
        press_0, press_1 = max(edge_0 - threshold, ZERO), max(edge_1 - threshold, ZERO)
        yield_0 = attack_0 * (press_0 / (ONE + press_0))
        yield_1 = attack_1 * (press_1 / (ONE + press_1))
        engaged = meeting * (ONE - saved * yield_0) * (ONE - saved * yield_1)

        dear, per_attack = p[P.attacker_loss_factor + run], p[P.per_attack + run]
        quiet = p[P.quiet_loss_share + run]
        rate_0 = p[P.loss_rate_per_week + run] * engaged
        rate_1 = p[P.loss_rate_per_week + SIDE + run] * engaged
        hot_0 = quiet + (ONE - quiet) * ((dear * attack_0 + attack_1) * per_attack)
        hot_1 = quiet + (ONE - quiet) * ((dear * attack_1 + attack_0) * per_attack)
        both = ONE if min(own_0, own_1) > ZERO else ZERO
        odds = log_of(max(own_1, f4(1e-30)) / max(own_0, f4(1e-30)))
        w = p[P.concentration_exponent + run]
        loss_0 = both * rate_0 * hot_0 * own_0 * exp_of(w * (z[Z.log_worth + SIDE + run] + odds))
        loss_1 = both * rate_1 * hot_1 * own_1 * exp_of(w * (z[Z.log_worth + run] - odds))
        loss_0 = min(min(loss_0, own_0) * z[Z.loss_luck + run], own_0)
        loss_1 = min(min(loss_1, own_1) * z[Z.loss_luck + SIDE + run], own_1)
        y[LOSSES + run] = loss_0
        y[LOSSES + SIDE + run] = loss_1

        supply, steep = p[P.supply_reach_km + run], p[P.advance_force_exponent + run]
        pace, limit = p[P.advance_km_per_day + run] * supply, p[P.advance_limit_km_per_day + run]
        back = p[P.withdrawal_km_per_day + run]
        lost_0, lost_1 = y[X.lost_km + run], y[X.lost_km + SIDE + run]
        fought_0 = pace * attack_0 / (supply + lost_1) * exp_of(min(steep * edge_0, f4(30.0)))
        fought_1 = pace * attack_1 / (supply + lost_0) * exp_of(min(steep * edge_1, f4(30.0)))
        go_0, go_1 = fought_0 + back * yield_0, fought_1 + back * yield_1
        km_0 = f4(7.0) * go_0 * limit / (limit + go_0)
        km_1 = f4(7.0) * go_1 * limit / (limit + go_1)
        gain = toward_0 * full_km * (km_1 * contested_1 - km_0 * contested_0)
        now = min(max(held + gain, ZERO), area)
        change = now - held
        moved = abs(change) / max(full_km * meeting, ONE)
        y[X.held_km2 + run] = now
        kept, dig = (
            exp_of(-moved * p[P.per_fortification_depth + run]),
            p[P.fortification_pace + run],
        )
        y[X.fortification_share + run] = (fort_0 + (ONE - fort_0) * dig * (ONE - attack_0)) * kept
        y[X.fortification_share + SIDE + run] = (
            fort_1 + (ONE - fort_1) * dig * (ONE - attack_1)
        ) * kept
        change_0 = slope * change
        lost_0 = f4(0.75) * lost_0 + (moved if change_0 < ZERO else ZERO)
        lost_1 = f4(0.75) * lost_1 + (moved if change_0 > ZERO else ZERO)
        y[X.lost_km + run] = lost_0
        y[X.lost_km + SIDE + run] = lost_1

        calm, threat = (
            p[P.quiet_cover_share + run] * (ONE - contact),
            p[P.allocation_threat_per_km + run],
        )
        cover_0 = calm if reach_1 and share_0 > f4(0.02) else ZERO
        cover_1 = calm if reach_0 and share_1 > f4(0.02) else ZERO
        wish_0 = contact + cover_0 + f4(1e-6) * (share_0 + f4(1e-6))
        wish_1 = contact + cover_1 + f4(1e-6) * (share_1 + f4(1e-6))
        wish_0 *= full_km * (ONE + threat * lost_0) * y[X.attraction + run]
        wish_1 *= full_km * (ONE + threat * lost_1) * y[X.attraction + SIDE + run]
        y[WEIGHT + run] = wish_0
        y[WEIGHT + SIDE + run] = wish_1
        z[Z.lost + run] += loss_0
        z[Z.lost + SIDE + run] += loss_1
        z[Z.weight + run] += wish_0
        z[Z.weight + SIDE + run] += wish_1
        z[Z.placed + run] += own_0 - loss_0 + y[X.moving_persons + run]
        z[Z.placed + SIDE + run] += own_1 - loss_1 + y[X.moving_persons + SIDE + run]
        staked = change_0 * per_area * y[X.stake_weight + run]
        z[Z.stake_gain + run] += staked
        z[Z.stake_gain + SIDE + run] -= staked


@compiled
def home_front(q, z, p, own):
    """Aid, materiel, support and the pipeline of people of one side.

    `own` holds the side's own parameters, in the places of the first side's.
    """
    for run in range(LANES):
        lost, gained = z[Z.lost + run], z[Z.stake_gain + run]
        recent = f4(0.885) * q[Q.recent_gain_share + run] + gained
        q[Q.recent_gain_share + run] = recent
        answer = max(min(p[P.success_response + run] * recent, f4(30.0)), f4(-30.0))
        success = exp_of(answer)
        stops = min(p[P.interruption_probability + run] / success, ONE)
        surges = min(p[P.surge_probability + run] * success, ONE - stops)
        regime, u = q[Q.aid_regime + run], z[Z.aid_luck + run]
        resumed = ONE if u < p[P.resumption_probability + run] else ZERO
        calmed = ONE if u < p[P.surge_end_probability + run] else TWO
        changed = ZERO if u < stops else (TWO if u > ONE - surges else ONE)
        then = resumed if regime == ZERO else (calmed if regime == TWO else changed)
        q[Q.aid_regime + run] = then
        surge, interrupted = p[P.surge_factor + run], p[P.interrupted_share + run]
        flow = surge if then == TWO else (interrupted if then == ZERO else ONE)
        q[Q.materiel_eur + run] = (
            q[Q.materiel_eur + run] * (ONE - p[P.materiel_use_per_week + run])
            + own[P.production_eur_per_week + run]
            + own[P.aid_flow_eur_per_week + run] * flow
        )
        support, first = q[Q.support_share + run], own[P.support_start_share + run]
        percent = f4(100.0) * lost / own[P.population_persons + run]
        after = (
            support
            + p[P.support_rise_per_stake_share + run] * gained
            - p[P.support_fall_per_percent_lost + run] * percent
            + p[P.support_return_per_week + run] * (first - support)
        )
        after = min(max(after, ZERO), ONE)
        q[Q.support_share + run] = after
        q[Q.losses_persons + run] += lost
        old = q[Q.recent_losses_persons_per_week + run]
        q[Q.recent_losses_persons_per_week + run] = f4(0.75) * old + f4(0.25) * lost

        need = own[P.theatre_start_persons + run] / max(z[Z.theatre + run], ONE)
        need = min(max(need, f4(1 / 3)), f4(3.0))
        will = min(max(after / max(first, f4(0.01)), f4(0.01)), f4(3.0))
        calls = exp_of(
            p[P.mobilization_response + run] * log_of(need)
            + p[P.support_recruitment_exponent + run] * log_of(will)
        )
        pool = q[Q.pool_persons + run]
        joined = min(own[P.recruitment_persons_per_week + run] * calls, pool)
        wounded = p[P.returning_share + run] * lost
        training, healing = q[Q.training_persons + run], q[Q.recovering_persons + run]
        trained, healed = training * p[P.training_part + run], healing * p[P.recovery_part + run]
        reserve = q[Q.reserve_persons + run]
        released = p[P.reserve_release_per_week + run] * reserve
        q[Q.reserve_persons + run] = reserve + trained + healed - released
        q[Q.training_persons + run] = training + joined - trained
        q[Q.recovering_persons + run] = healing + wounded - healed
        q[Q.pool_persons + run] = pool - joined
        q[Q.out_persons + run] += lost - wounded
        z[Z.released + run] = released
        z[Z.per_weight + run] = (z[Z.placed + run] + released) / z[Z.weight + run]
        z[Z.going + run] = ZERO
        z[Z.needed + run] = ZERO


@compiled
def leave(y, z, p):
    """Losses and surplus leave a sector, those on the move arrive, and what it needs is noted."""
    for run in range(LANES):
        wanted = y[WEIGHT + run] * z[Z.per_weight + run]
        moving = y[X.moving_persons + run]
        deployed = y[X.deployed_persons + run] - y[LOSSES + run]
        going = p[P.redeployment_share_per_week + run] * max(deployed - wanted, ZERO)
        needed = max(wanted - deployed - moving, ZERO)
        arrived = moving * p[P.movement_part + run]
        y[X.deployed_persons + run] = deployed - going + arrived
        y[X.moving_persons + run] = moving - arrived
        y[LOSSES + run] = needed
        z[Z.going + run] += going
        z[Z.needed + run] += needed


@compiled
def send(x, z, at):
    """Reserves and surplus go where they are needed."""
    for run in range(LANES):
        going, needed = z[Z.released + run] + z[Z.going + run], z[Z.needed + run]
        some = ONE if needed > ZERO else ZERO
        z[Z.needed + run] = some * going / max(needed, f4(1e-30))
        z[Z.per_weight + run] = (ONE - some) * going / z[Z.weight + run]
    for s in range(len(x)):
        y = x[s, at:]
        for run in range(LANES):
            by_need = y[LOSSES + run] * z[Z.needed + run]
            by_weight = y[WEIGHT + run] * z[Z.per_weight + run]
            y[X.moving_persons + run] += by_need + by_weight


@compiled
def campaign(whole_x, whole_q, whole_p, area, home, beside, first, last, weeks, seed, luck):
    """Runs `first` to before `last`, a block at a time, in place."""
    sectors = len(area)
    given_ground, choice, given_losses, given_aid, given_operation = luck
    x = np.zeros((sectors, X_SIZE), np.float32)
    q = np.zeros(Q_ROWS * LANES, np.float32)
    p = np.zeros(P_ROWS * LANES, np.float32)
    z = np.zeros(2 * len(Z) * LANES, np.float32)
    holds = np.zeros(2 * LANES, np.int32)
    random = np.zeros(4 * LANES, np.uint32)
    words = np.zeros(2 * LANES, np.uint32)
    more = np.zeros(1, np.uint64)
    rows_x = x[:, : X_ROWS * LANES].copy().reshape(sectors, X_ROWS, LANES)
    for start in range(first, last, LANES):
        stop = start + LANES
        rows_x[:] = whole_x[:, :, start:stop]
        x[:, : X_ROWS * LANES] = rows_x.reshape(sectors, X_ROWS * LANES)
        q.reshape(Q_ROWS, LANES)[:] = whole_q[:, start:stop]
        p.reshape(P_ROWS, LANES)[:] = whole_p[:, start:stop]
        more[0] = u8(seed) * u8(0x2545F4914F6CDD1D) + u8(start)
        for k in range(len(random)):
            random[k] = mixed(more)
        for week in range(weeks):
            if len(given_ground):
                x[:, LUCK : LUCK + LANES] = given_ground[week, :, start:stop]
                for side in range(2):
                    at = side * SIDE
                    z[Z.loss_luck + at :][:LANES] = given_losses[week, side, start:stop]
                    z[Z.aid_luck + at :][:LANES] = given_aid[week, side, start:stop]
                    z[Z.operation_luck + at :][:LANES] = given_operation[week, side, start:stop]
            else:
                draw(random, words, x, z)
            who_holds(x, q, z, holds, area, home)
            surprise_fades(x, p)
            open_operations(x, q, p, z, holds, area, home, beside, more, choice, week, start)
            for at in range(0, 2 * SIDE, SIDE):
                worth_of_a_person(q[at:], z[at:], p, p[at:])
            z[: Z.released] = ZERO
            for s in range(sectors):
                fight(x[s], z, p, holds, area[s], home[s], beside[s])
            for at in range(0, 2 * SIDE, SIDE):
                home_front(q[at:], z[at:], p, p[at:])
                for s in range(sectors):
                    leave(x[s, at:], z[at:], p)
                send(x, z[at:], at)
        rows_x[:] = x[:, : X_ROWS * LANES].copy().reshape(sectors, X_ROWS, LANES)
        whole_x[:, :, start:stop] = rows_x
        whole_q[:, start:stop] = q.reshape(Q_ROWS, LANES)


def _work(at: Packed, first: int, last: int, weeks: int, seed: int, luck: Luck | None) -> None:
    assert not (last - first) % LANES
    none, none_chosen = np.zeros((0, 2, 1), np.float32), np.zeros((0, 2, 1, 1), np.float32)
    given = (none, none_chosen, none, none, none)
    if luck is not None:
        given = (luck.ground, luck.choice, luck.losses, luck.aid, luck.operation)
    beside = at.beside.astype(np.int32)
    campaign(at.x, at.q, at.p, at.area_km2, at.home, beside, first, last, weeks, seed, given)


def run(
    start: Plain, weeks: int, seed: int, luck: Luck | None = None, threads: int = 1
) -> dict[str, np.ndarray]:
    """Held ground and losses after so many weeks; the number of runs is a multiple of `LANES`."""
    at = pack(start)
    if threads == 1:
        _work(at, 0, start.runs, weeks, seed, luck)
    else:
        cuts = [start.runs // LANES * i // threads * LANES for i in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            jobs = [pool.submit(_work, at, *pair, weeks, seed, luck) for pair in pairwise(cuts)]
            for job in jobs:
                job.result()
    return at.ends()
