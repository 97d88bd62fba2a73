/* The weekly step of the campaign by hand: 16 runs to a vector, a block of runs at a time through
 * all weeks, exponentials and logarithms as polynomials, all in one translation unit without
 * libraries. Compile with -DSECTORS=.. and the row names of packed.py as -DP_.., -DQ_.., -DX_...
 *
 * Lanes are runs. `x` holds what belongs to sectors, `q` to sides, `p` what never changes; all in
 * rows of the whole ensemble, copied into blocks that stay in the nearest memory.
 */
#include <stdint.h>

#ifndef LANES
#define LANES 16
#endif
#define EACH _Pragma("GCC ivdep") for (int l = 0; l < LANES; l++)
#define INLINE static inline __attribute__((always_inline))

typedef float row[LANES];
typedef uint32_t word[LANES];

INLINE float as_float(uint32_t u) { union { uint32_t u; float f; } x = {.u = u}; return x.f; }
INLINE uint32_t as_word(float f) { union { uint32_t u; float f; } x = {.f = f}; return x.u; }
INLINE float least(float a, float b) { return a < b ? a : b; }
INLINE float most(float a, float b) { return a > b ? a : b; }
INLINE float root(float x) { return __builtin_sqrtf(x); }

/* exp to 2 units in the last place on [-87, 88], cut outside. */
INLINE float exp_of(float x) {
    x = most(least(x, 88.0f), -87.0f);
    int32_t n = (int32_t)(x * 1.44269504f + (x > 0.0f ? 0.5f : -0.5f));
    float f = (float)n;
    float r = (x - f * 0.693359375f) + f * 2.12194440e-4f;
    float e = 1.9875691500e-4f;
    e = e * r + 1.3981999507e-3f;
    e = e * r + 8.3334519073e-3f;
    e = e * r + 4.1665795894e-2f;
    e = e * r + 1.6666665459e-1f;
    e = e * r + 5.0000001201e-1f;
    e = e * r * r + r + 1.0f;
    return e * as_float((uint32_t)(n + 127) << 23);
}

/* log to 2 units in the last place, for normal positive numbers. */
INLINE float log_of(float x) {
    uint32_t u = as_word(x) - 0x3f3504f3u;
    int32_t n = (int32_t)u >> 23;
    float r = as_float((u & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    float e = 7.0376836292e-2f;
    e = e * r - 1.1514610310e-1f;
    e = e * r + 1.1676998740e-1f;
    e = e * r - 1.2420140846e-1f;
    e = e * r + 1.4249322787e-1f;
    e = e * r - 1.6668057665e-1f;
    e = e * r + 2.0000714765e-1f;
    e = e * r - 2.4999993993e-1f;
    e = e * r + 3.3333331174e-1f;
    float s = r * r;
    e = e * r * s - 0.5f * s;
    return (r + (e - 2.12194440e-4f * (float)n)) + 0.693359375f * (float)n;
}

/* Sine and cosine of a full turn times `turn` in [-1/2, 1/2), by half the angle. */
INLINE void turn_of(float turn, float *sine, float *cosine) {
    float t = turn * 3.14159265f, u = t * t;
    float s = t * (1.0f + u * (-1.6666654e-1f + u * (8.3321608e-3f + u * (-1.9515296e-4f + u * 2.6e-6f))));
    float c = 1.0f + u * (-0.5f + u * (4.1666642e-2f + u * (-1.3888397e-3f + u * (2.4760495e-5f - u * 2.6e-7f))));
    *sine = 2.0f * s * c;
    *cosine = c * c - s * s;
}

INLINE uint32_t rotated(uint32_t x, int k) { return (x << k) | (x >> (32 - k)); }

/* xoshiro128++, one generator to a lane. */
INLINE void next_words(word s[4], word out) {
    EACH {
        uint32_t a = s[0][l], b = s[1][l], c = s[2][l], d = s[3][l];
        out[l] = rotated(a + d, 7) + a;
        uint32_t t = b << 9;
        c ^= a; d ^= b; b ^= c; a ^= d; c ^= t; d = rotated(d, 11);
        s[0][l] = a; s[1][l] = b; s[2][l] = c; s[3][l] = d;
    }
}

/* In (0, 1), 24 bits. */
INLINE float unit(uint32_t u) { return ((float)(int32_t)(u >> 8) + 0.5f) * 0x1p-24f; }

INLINE void normal_pair(word s[4], row first, row second) {
    word u, v;
    next_words(s, u);
    next_words(s, v);
    EACH {
        float radius = root(-2.0f * log_of(unit(u[l]))), sine, cosine;
        turn_of((float)(int32_t)v[l] * 0x1p-32f, &sine, &cosine);
        first[l] = radius * cosine;
        second[l] = radius * sine;
    }
}

INLINE uint64_t mixed(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

typedef struct { const float *ground, *choice, *losses, *aid, *operation; } luck;

/* An operation is rare: the sector is chosen run by run, and only where one is opened. */
static __attribute__((noinline)) int chosen_sector(
    int l, int side, float available, row x[SECTORS][X_ROWS], row p[P_ROWS], const uint32_t *beside,
    word holds[2], const float *area, const int32_t *home, uint64_t *more, const float *choice, long runs)
{
    int best = -1, other = 1 - side;
    float best_appeal = 0.0f;
    for (int s = 0; s < SECTORS; s++) {
        float share = x[s][X_held_km2][l] / area[s];
        if (home[s] == side) share = 1.0f - share;
        if (!(holds[side][l] & beside[s]) || !(share < 1.0f)) continue;
        float own = x[s][X_deployed_persons + side][l] + 300.0f, against = x[s][X_deployed_persons + other][l] + 300.0f;
        float fort = p[P_fortification_log_strength][l] * x[s][X_fortification_share + other][l];
        float waiting = choice ? choice[(side * SECTORS + s) * runs] : -log_of(unit((uint32_t)(mixed(more) >> 32)));
        float appeal = (own + available) / against * x[s][X_attraction + side][l] * exp_of(-fort) / waiting;
        if (appeal > best_appeal) { best_appeal = appeal; best = s; }
    }
    return best;
}

INLINE void week(row (*restrict x)[X_ROWS], row *restrict q, row *restrict p, const float *area,
                 const int32_t *home, const uint32_t *beside, word random[4], uint64_t *more,
                 const luck *given, long runs)
{
    row ground[SECTORS + SECTORS % 2], by_losses[2], by_aid[2], by_operation[2];
    if (given) {
        for (int s = 0; s < SECTORS; s++) EACH ground[s][l] = given->ground[s * runs + l];
        for (int i = 0; i < 2; i++) EACH {
            by_losses[i][l] = given->losses[i * runs + l];
            by_aid[i][l] = given->aid[i * runs + l];
            by_operation[i][l] = given->operation[i * runs + l];
        }
    } else {
        for (int s = 0; s < SECTORS; s += 2) normal_pair(random, ground[s], ground[s + 1]);
        normal_pair(random, by_losses[0], by_losses[1]);
        for (int i = 0; i < 2; i++) {
            word u;
            next_words(random, u);
            EACH { by_aid[i][l] = ((float)(u[l] & 0xffffu) + 0.5f) * 0x1p-16f;
                   by_operation[i][l] = ((float)(u[l] >> 16) + 0.5f) * 0x1p-16f; }
        }
    }

    /* Who holds land where, and who is in the theatre. */
    word holds[2];
    row theatre[2];
    EACH { holds[0][l] = holds[1][l] = 0;
           theatre[0][l] = q[Q_reserve_persons][l]; theatre[1][l] = q[Q_reserve_persons + 1][l]; }
    for (int s = 0; s < SECTORS; s++) {
        const int h = home[s];
        const float per_area = 1.0f / area[s];
        EACH {
            float share = x[s][X_held_km2][l] * per_area;
            holds[1 - h][l] |= share > 0.02f ? 1u << s : 0u;
            holds[h][l] |= 1.0f - share > 0.02f ? 1u << s : 0u;
            theatre[0][l] += x[s][X_deployed_persons][l] + x[s][X_moving_persons][l];
            theatre[1][l] += x[s][X_deployed_persons + 1][l] + x[s][X_moving_persons + 1][l];
        }
    }

    /* Operations. */
    for (int s = 0; s < SECTORS; s++) EACH {
        x[s][X_surprise_log][l] *= p[P_surprise_left][l];
        x[s][X_surprise_log + 1][l] *= p[P_surprise_left][l];
    }
    int any = 0;
    EACH any |= (by_operation[0][l] < p[P_operation_probability][l]) |
                (by_operation[1][l] < p[P_operation_probability + 1][l]);
    if (any) for (int l = 0; l < LANES; l++) {
        int where[2] = {-1, -1};
        for (int i = 0; i < 2; i++)
            if (by_operation[i][l] < p[P_operation_probability + i][l])
                where[i] = chosen_sector(l, i, p[P_operation_reserve_share][l] * q[Q_reserve_persons + i][l],
                                         x, p, beside, holds, area, home, more, given ? given->choice + l : 0, runs);
        for (int i = 0; i < 2; i++)
            if (where[i] >= 0) {
                float all = q[Q_reserve_persons + i][l], part = least(p[P_operation_reserve_share][l] * all, all);
                row *at = x[where[i]];
                if (!(part > 0.0f)) continue;
                q[Q_reserve_persons + i][l] = all - part;
                at[X_deployed_persons + i][l] += part;
                at[X_surprise_log + i][l] = most(at[X_surprise_log + i][l], p[P_surprise_log_strength][l]);
            }
    }

    /* Force of a person by side; luck of losses. */
    row worth[2], log_worth[2], loss_factor[2];
    for (int i = 0; i < 2; i++) EACH {
        float reference = p[P_reference_materiel_eur_per_person][l] * theatre[i][l];
        float ratio = log_of(most(q[Q_materiel_eur + i][l] / most(reference, 1.0f), 1e-30f));
        float share = 1.0f - p[P_manpower_weight][l], r = p[P_substitution_r][l];
        float mixed_log = log_of(1.0f + share * (exp_of(r * ratio) - 1.0f)) * p[P_substitution_per_r][l];
        log_worth[i][l] = mixed_log + p[P_substitution_is_one][l] * share * ratio + p[P_effectiveness_log + i][l];
        worth[i][l] = exp_of(log_worth[i][l]);
        loss_factor[i][l] = exp_of(p[P_loss_noise][l] * (by_losses[i][l] - 0.5f * p[P_loss_noise][l]));
    }

    row losses[2][SECTORS], weight[2][SECTORS], lost_sum[2], weight_sum[2], placed_sum[2], stake_gain;
    EACH { stake_gain[l] = 0.0f;
           for (int i = 0; i < 2; i++) lost_sum[i][l] = weight_sum[i][l] = placed_sum[i][l] = 0.0f; }
    for (int s = 0; s < SECTORS; s++) {
        const int h = home[s], o = 1 - h;
        const float here = area[s], per_area = 1.0f / area[s], length = root(area[s]);
        row *restrict y = x[s];
        EACH {
            const float held = y[X_held_km2][l], share = held * per_area;
            const float smaller = most(least(share, 1.0f - share), 0.0f);
            const float contact = least(root(6.28318531f * smaller), 1.0f);
            const float full_km = p[P_front_length_factor][l] * length;
            const float luck_log = p[P_ground_noise_persistence][l] * y[X_luck_log][l]
                                 + p[P_ground_noise_fresh][l] * ground[s][l];
            y[X_luck_log][l] = luck_log;
            /* Home and other side; the advantage of one is that of the other, but for surprise
             * and fortification. */
            const float own_h = y[X_deployed_persons + h][l], own_o = y[X_deployed_persons + o][l];
            const float force_h = own_h * worth[h][l], force_o = own_o * worth[o][l];
            const float ratio = log_of((force_h + 300.0f) / (force_o + 300.0f)) + luck_log;
            const float strength = p[P_fortification_log_strength][l];
            const float fort_h = y[X_fortification_share + h][l], fort_o = y[X_fortification_share + o][l];
            const float fresh_h = y[X_surprise_log + h][l], fresh_o = y[X_surprise_log + o][l];
            const float edge_h = ratio - strength * fort_o + fresh_h, edge_o = fresh_o - ratio - strength * fort_h;
            const float attack_h = 1.0f / (1.0f + exp_of(-p[P_attack_slope][l] * edge_h));
            const float attack_o = 1.0f / (1.0f + exp_of(-p[P_attack_slope][l] * edge_o));
            const float opens = p[P_border_front_share][l], full = p[P_per_surprise_log_strength][l];
            const float open_h = opens * least(fresh_h * full, 1.0f), open_o = opens * least(fresh_o * full, 1.0f);
            const uint32_t reach_h = holds[h][l] & beside[s], reach_o = holds[o][l] & beside[s];
            const float contested_h = most(reach_h ? open_h : 0.0f, contact);
            const float contested_o = most(reach_o ? open_o : 0.0f, contact);
            const float meeting = most(contested_h, contested_o);
            const float press_h = most(edge_h - p[P_withdrawal_advantage_log][l], 0.0f);
            const float press_o = most(edge_o - p[P_withdrawal_advantage_log][l], 0.0f);
            const float yield_h = attack_h * (press_h / (1.0f + press_h)), yield_o = attack_o * (press_o / (1.0f + press_o));
            const float saved = p[P_withdrawal_saved_share][l];
            const float engaged = meeting * (1.0f - saved * yield_h) * (1.0f - saved * yield_o);
            /* Losses. */
            const float dear = p[P_attacker_loss_factor][l], per = p[P_per_attack][l];
            const float quiet = p[P_quiet_loss_share][l], rate_h = p[P_loss_rate_per_week + h][l] * engaged, rate_o = p[P_loss_rate_per_week + o][l] * engaged;
            const float hot_h = quiet + (1.0f - quiet) * ((dear * attack_h + attack_o) * per);
            const float hot_o = quiet + (1.0f - quiet) * ((dear * attack_o + attack_h) * per);
            const float both = own_h > 0.0f && own_o > 0.0f ? 1.0f : 0.0f;
            const float w = p[P_concentration_exponent][l];
            const float odds = log_of(both > 0.0f ? own_o / own_h : 1.0f);
            float loss_h = both * rate_h * hot_h * own_h * exp_of(w * (log_worth[o][l] + odds));
            float loss_o = both * rate_o * hot_o * own_o * exp_of(w * (log_worth[h][l] - odds));
            loss_h = least(least(loss_h, own_h) * loss_factor[h][l], own_h);
            loss_o = least(least(loss_o, own_o) * loss_factor[o][l], own_o);
            losses[h][s][l] = loss_h;
            losses[o][s][l] = loss_o;
            lost_sum[h][l] += loss_h;
            lost_sum[o][l] += loss_o;
            /* Ground. */
            const float reach = p[P_supply_reach_km][l], steep = p[P_advance_force_exponent][l];
            const float pace = p[P_advance_km_per_day][l] * reach, limit = p[P_advance_limit_km_per_day][l];
            const float lost_h = y[X_lost_km + h][l], lost_o = y[X_lost_km + o][l];
            const float go_h = pace * attack_h / (reach + lost_o) * exp_of(least(steep * edge_h, 30.0f))
                             + p[P_withdrawal_km_per_day][l] * yield_h;
            const float go_o = pace * attack_o / (reach + lost_h) * exp_of(least(steep * edge_o, 30.0f))
                             + p[P_withdrawal_km_per_day][l] * yield_o;
            const float km_h = 7.0f * go_h * limit / (limit + go_h), km_o = 7.0f * go_o * limit / (limit + go_o);
            const float gain = full_km * (km_o * contested_o - km_h * contested_h);
            const float now = least(most(held + gain, 0.0f), here);
            const float change = now - held, moved = __builtin_fabsf(change) / most(full_km * meeting, 1.0f);
            y[X_held_km2][l] = now;
            const float kept = exp_of(-moved * p[P_per_fortification_depth][l]), dig = p[P_fortification_pace][l];
            y[X_fortification_share + h][l] = (fort_h + (1.0f - fort_h) * dig * (1.0f - attack_h)) * kept;
            y[X_fortification_share + o][l] = (fort_o + (1.0f - fort_o) * dig * (1.0f - attack_o)) * kept;
            const float new_h = 0.75f * lost_h + (change > 0.0f ? moved : 0.0f);
            const float new_o = 0.75f * lost_o + (change < 0.0f ? moved : 0.0f);
            y[X_lost_km + h][l] = new_h;
            y[X_lost_km + o][l] = new_o;
            stake_gain[l] += (h ? change : -change) * per_area * y[X_stake_weight][l];
            /* Where troops are wanted. */
            const float cover_h = reach_o && 1.0f - share > 0.02f ? 1.0f : 0.0f, cover_o = reach_h && share > 0.02f ? 1.0f : 0.0f;
            const float calm = p[P_quiet_cover_share][l] * (1.0f - contact), threat = p[P_allocation_threat_per_km][l];
            const float wish_h = full_km * (contact + calm * cover_h + 1e-6f * (1.0f - share + 1e-6f))
                               * (1.0f + threat * new_h) * y[X_attraction + h][l];
            const float wish_o = full_km * (contact + calm * cover_o + 1e-6f * (share + 1e-6f))
                               * (1.0f + threat * new_o) * y[X_attraction + o][l];
            weight[h][s][l] = wish_h;
            weight[o][s][l] = wish_o;
            weight_sum[h][l] += wish_h;
            weight_sum[o][l] += wish_o;
            placed_sum[h][l] += own_h - loss_h + y[X_moving_persons + h][l];
            placed_sum[o][l] += own_o - loss_o + y[X_moving_persons + o][l];
        }
    }

    /* Home front, and what moves, by side. */
    row released[2], trained[2], recovered[2], wanted_per[2], redeployed_sum[2], needed_sum[2];
    for (int i = 0; i < 2; i++) EACH {
        const float lost = lost_sum[i][l], gained = i ? -stake_gain[l] : stake_gain[l];
        const float recent = 0.885f * q[Q_recent_gain_share + i][l] + gained;
        q[Q_recent_gain_share + i][l] = recent;
        const float success = exp_of(most(least(p[P_success_response][l] * recent, 30.0f), -30.0f));
        const float stops = least(p[P_interruption_probability][l] / success, 1.0f);
        const float surges = least(p[P_surge_probability][l] * success, 1.0f - stops);
        const float regime = q[Q_aid_regime + i][l], u = by_aid[i][l];
        const float resumed = u < p[P_resumption_probability][l] ? 1.0f : 0.0f;
        const float calmed = u < p[P_surge_end_probability][l] ? 1.0f : 2.0f;
        const float changed = u < stops ? 0.0f : u > 1.0f - surges ? 2.0f : 1.0f;
        const float then = regime == 0.0f ? resumed : regime == 2.0f ? calmed : changed;
        q[Q_aid_regime + i][l] = then;
        const float flow = then == 2.0f ? p[P_surge_factor][l] : then == 0.0f ? p[P_interrupted_share][l] : 1.0f;
        q[Q_materiel_eur + i][l] = q[Q_materiel_eur + i][l] * (1.0f - p[P_materiel_use_per_week][l])
            + p[P_production_eur_per_week + i][l] + p[P_aid_flow_eur_per_week + i][l] * flow;
        const float support = q[Q_support_share + i][l], first = p[P_support_start_share + i][l];
        const float percent = 100.0f * lost / p[P_population_persons + i][l];
        const float after = least(most(support + p[P_support_rise_per_stake_share][l] * gained
            - p[P_support_fall_per_percent_lost][l] * percent + p[P_support_return_per_week][l] * (first - support), 0.0f), 1.0f);
        q[Q_support_share + i][l] = after;
        q[Q_losses_persons + i][l] += lost;
        q[Q_recent_losses_persons_per_week + i][l] = 0.75f * q[Q_recent_losses_persons_per_week + i][l] + 0.25f * lost;

        const float need = least(most(p[P_theatre_start_persons + i][l] / most(theatre[i][l], 1.0f), 1.0f / 3.0f), 3.0f);
        const float will = least(most(after / most(first, 0.01f), 0.01f), 3.0f);
        const float calls = exp_of(p[P_mobilization_response][l] * log_of(need) + p[P_support_recruitment_exponent][l] * log_of(will));
        const float joined = least(p[P_recruitment_persons_per_week + i][l] * calls, q[Q_pool_persons + i][l]);
        const float wounded = p[P_returning_share][l] * lost;
        trained[i][l] = q[Q_training_persons + i][l] * p[P_training_part][l];
        recovered[i][l] = q[Q_recovering_persons + i][l] * p[P_recovery_part][l];
        released[i][l] = p[P_reserve_release_per_week][l] * q[Q_reserve_persons + i][l];
        q[Q_reserve_persons + i][l] += trained[i][l] + recovered[i][l] - released[i][l];
        q[Q_training_persons + i][l] += joined - trained[i][l];
        q[Q_recovering_persons + i][l] += wounded - recovered[i][l];
        q[Q_pool_persons + i][l] -= joined;
        q[Q_out_persons + i][l] += lost - wounded;
        wanted_per[i][l] = (placed_sum[i][l] + released[i][l]) / weight_sum[i][l];
        redeployed_sum[i][l] = needed_sum[i][l] = 0.0f;
    }
    for (int s = 0; s < SECTORS; s++) for (int i = 0; i < 2; i++) {
        row *restrict y = x[s];
        EACH {
            const float wanted = weight[i][s][l] * wanted_per[i][l];
            const float deployed = y[X_deployed_persons + i][l] - losses[i][s][l], moving = y[X_moving_persons + i][l];
            const float leave = p[P_redeployment_share_per_week][l] * most(deployed - wanted, 0.0f);
            const float needed = most(wanted - deployed - moving, 0.0f), arrived = moving * p[P_movement_part][l];
            y[X_deployed_persons + i][l] = deployed - leave + arrived;
            y[X_moving_persons + i][l] = moving - arrived;
            losses[i][s][l] = needed;
            redeployed_sum[i][l] += leave;
            needed_sum[i][l] += needed;
        }
    }
    row per_need[2], per_wish[2];
    for (int i = 0; i < 2; i++) EACH {
        const float going = released[i][l] + redeployed_sum[i][l];
        const float some = needed_sum[i][l] > 0.0f ? 1.0f : 0.0f;
        per_need[i][l] = some * going / (some > 0.0f ? needed_sum[i][l] : 1.0f);
        per_wish[i][l] = (1.0f - some) * going / weight_sum[i][l];
    }
    for (int s = 0; s < SECTORS; s++) for (int i = 0; i < 2; i++) EACH
        x[s][X_moving_persons + i][l] += losses[i][s][l] * per_need[i][l] + weight[i][s][l] * per_wish[i][l];
}

/* Runs `first` to `last` (a multiple of LANES apart) of an ensemble of `runs`, in place. */
void campaign(float *x, float *q, const float *p, const float *area, const int32_t *home,
              const uint32_t *beside, long runs, long first, long last, int weeks, uint64_t seed,
              const luck *given)
{
    static __thread row bx[SECTORS][X_ROWS] __attribute__((aligned(64)));
    static __thread row bq[Q_ROWS] __attribute__((aligned(64))), bp[P_ROWS] __attribute__((aligned(64)));
    row *flat = (row *)bx;
    for (long at = first; at < last; at += LANES) {
        for (int k = 0; k < SECTORS * X_ROWS; k++) EACH flat[k][l] = x[k * runs + at + l];
        for (int k = 0; k < Q_ROWS; k++) EACH bq[k][l] = q[k * runs + at + l];
        for (int k = 0; k < P_ROWS; k++) EACH bp[k][l] = p[k * runs + at + l];
        word random[4];
        uint64_t more = seed * 0x2545f4914f6cdd1du + (uint64_t)at;
        for (int k = 0; k < 4; k++) EACH random[k][l] = (uint32_t)(mixed(&more) >> 32);
        for (int t = 0; t < weeks; t++) {
            luck now;
            if (given) now = (luck){given->ground + (long)t * SECTORS * runs + at,
                                    given->choice + (long)t * 2 * SECTORS * runs + at,
                                    given->losses + (long)t * 2 * runs + at,
                                    given->aid + (long)t * 2 * runs + at,
                                    given->operation + (long)t * 2 * runs + at};
            week(bx, bq, bp, area, home, beside, random, &more, given ? &now : 0, runs);
        }
        for (int k = 0; k < SECTORS * X_ROWS; k++) EACH x[k * runs + at + l] = flat[k][l];
        for (int k = 0; k < Q_ROWS; k++) EACH q[k * runs + at + l] = bq[k][l];
    }
}
