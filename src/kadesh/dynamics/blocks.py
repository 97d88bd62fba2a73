"""Many campaigns at once: blocks of a fixed number of runs, month by month.

One compiled programme advances one block of `BLOCK_RUNS` runs by one month of four weeks. Whatever
is asked for is a number of whole blocks and months, so neither the number of runs, nor how many
blocks are worked at a time, changes a bit of any run.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import cache as once
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Int32, UInt32

from kadesh import cache
from kadesh.dynamics.shocks import MONTH_WEEKS, ShockKeys, Shocks, draw_shocks, shock_keys
from kadesh.dynamics.state import CampaignParams, CampaignState, Geography
from kadesh.dynamics.step import step
from kadesh.errors import NumericalError

BLOCK_RUNS: Final = 256
"""Runs in a block. Part of what makes results equal to the bit: never a setting."""


class Record(eqx.Module):
    """What is kept of each week."""

    held_km2: Float[Array, "*week sector run"]
    deployed_persons: Float[Array, "*week side sector run"]
    weekly_losses_persons: Float[Array, "*week side sector run"]
    committed_persons: Float[Array, "*week side sector run"]
    reserve_persons: Float[Array, "*week side run"]
    pool_persons: Float[Array, "*week side run"]
    losses_persons: Float[Array, "*week side run"]
    materiel_eur: Float[Array, "*week side run"]
    support_share: Float[Array, "*week side run"]
    aid_regime: Int32[Array, "*week side run"]


def take_runs(params: CampaignParams, index: Int[np.ndarray, " chosen"]) -> CampaignParams:
    """The parameters of the chosen runs, in that order."""
    chosen: dict[str, Any] = {
        field.name: take(getattr(params, field.name), index)
        for field in fields(params)
        if field.name not in {"geography", "switches"}
    }
    return replace(params, **chosen)


def take_states(state: CampaignState, index: Int[np.ndarray, " chosen"]) -> CampaignState:
    """The chosen runs' states, in that order."""
    taken: CampaignState = take(state, index)
    return taken


def take(tree: Any, index: Int[np.ndarray, " chosen"]) -> Any:
    """The chosen runs of any tree of arrays whose last axis is the run."""
    return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[..., index]), tree)


def block_indices(runs: int) -> list[Int[np.ndarray, " run"]]:
    """The runs of each block; the last block is filled up with the last run."""
    every = np.arange(-(-runs // BLOCK_RUNS) * BLOCK_RUNS)
    return list(np.minimum(every, runs - 1).reshape(-1, BLOCK_RUNS))


def advance(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    *,
    seed: int,
    stream: str,
    first_run: int = 0,
    first_month: int = 0,
    mirrored: bool = False,
    keeps_record: bool = True,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[Any, Any]]:
    """End state and weekly record of every block, as NumPy arrays (the last block is filled up).

    With `mirrored` every run meets the opposite luck: an antithetic pair with the run unmirrored.
    """
    _keep_compiled()
    runs = state.held_km2.shape[-1]
    indices = block_indices(runs)
    geography = params.geography
    keys = shock_keys(seed, stream, geography.side_ids, geography.sector_ids)

    def work(block: int) -> tuple[Any, Any]:
        first, index = block * BLOCK_RUNS, indices[block]
        return _block(
            runs - first,
            keys,
            jnp.arange(first_run + first, first_run + first + BLOCK_RUNS, dtype=jnp.uint32),
            first_month,
            np.float32(-1.0 if mirrored else 1.0),
            schedule,
            keeps_record,
            take_states(state, index),
            take_runs(params, index),
        )

    results: list[tuple[Any, Any]] = []
    for result in _in_order(work, len(indices), workers):
        results.append(result)
        if progress is not None:
            progress(len(results), len(indices))
    return results


def _in_order(
    work: Callable[[int], tuple[Any, Any]], count: int, workers: int
) -> Iterator[tuple[Any, Any]]:
    if workers == 1:
        yield from map(work, range(count))
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, range(count))


def _block(
    wanted: int,
    keys: ShockKeys,
    run: UInt32[Array, " run"],
    first_month: int,
    luck_sign: np.float32,
    schedule: Float[np.ndarray, "week side sector"],
    keeps_record: bool,
    state: CampaignState,
    params: CampaignParams,
) -> tuple[Any, Any]:
    """One block through all its months; only its first `wanted` runs were asked for."""
    names = params.geography
    # Without its names, a war shares the compiled programme of every war of its size.
    params = replace(params, geography=replace(names, side_ids=(), sector_ids=()))
    kept = []
    for month in range(len(schedule) // MONTH_WEEKS):
        ordered = schedule[month * MONTH_WEEKS : (month + 1) * MONTH_WEEKS]
        number = jnp.asarray(first_month + month, dtype=jnp.uint32)
        before = state
        state, record, finite = _month(keys, run, number, luck_sign, ordered, before, params)
        if not np.asarray(finite)[:wanted].all():
            shocks = _mirrored(draw_shocks(keys, run, number), jnp.asarray(luck_sign))
            raise _not_finite(
                wanted, names, run, first_month + month, shocks, ordered, before, params
            )
        if keeps_record:
            kept.append(jax.tree.map(np.asarray, record))
    joined = jax.tree.map(lambda *months: np.concatenate(months, axis=0), *kept) if kept else None
    return jax.tree.map(np.asarray, state), joined


@jax.jit
def _month(
    keys: ShockKeys,
    run: UInt32[Array, " run"],
    month: UInt32[Array, ""],
    luck_sign: Float[Array, ""],
    ordered: Float[Array, "week side sector"],
    state: CampaignState,
    params: CampaignParams,
) -> tuple[CampaignState, Record, Bool[Array, " run"]]:
    def week(
        now: CampaignState, given: tuple[Shocks, Float[Array, "side sector"]]
    ) -> tuple[CampaignState, Record]:
        later, info = step(given[0], given[1], now, params)
        return later, Record(
            held_km2=later.held_km2,
            deployed_persons=later.deployed_persons,
            weekly_losses_persons=info.losses_persons,
            committed_persons=info.committed_persons,
            reserve_persons=later.reserve_persons,
            pool_persons=later.pool_persons,
            losses_persons=later.losses_persons,
            materiel_eur=later.materiel_eur,
            support_share=later.support_share,
            aid_regime=later.aid_regime,
        )

    end, record = jax.lax.scan(
        week, state, (_mirrored(draw_shocks(keys, run, month), luck_sign), ordered)
    )
    finite = [
        jnp.all(jnp.isfinite(leaf).reshape(-1, leaf.shape[-1]), axis=0)
        for leaf in jax.tree.leaves(end)
    ]
    return end, record, jnp.all(jnp.stack(finite), axis=0)


one_week = jax.jit(step)
"""The step of `kadesh.dynamics.step`, compiled."""


def _mirrored(shocks: Shocks, luck_sign: Float[Array, ""]) -> Shocks:
    """The same shocks at sign 1, the opposite ones at -1 (which sector an operation hits stays)."""
    return replace(
        shocks,
        ground=luck_sign * shocks.ground,
        losses=luck_sign * shocks.losses,
        aid=0.5 + luck_sign * (shocks.aid - 0.5),
        operation=0.5 + luck_sign * (shocks.operation - 0.5),
    )


def _not_finite(
    wanted: int,
    names: Geography,
    run: UInt32[Array, " run"],
    month: int,
    shocks: Shocks,
    ordered: Float[np.ndarray, "week side sector"],
    state: CampaignState,
    params: CampaignParams,
) -> NumericalError:
    """Step through the month again and name the first number that is not finite."""
    for week in range(MONTH_WEEKS):
        now = jax.tree.map(lambda leaf, week=week: leaf[week], shocks)
        state, _ = one_week(now, ordered[week], state, params)
        for field in fields(state):
            values = np.asarray(getattr(state, field.name))[..., :wanted]
            if not np.isfinite(values).all():
                where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
                return NumericalError(
                    f"campaign: {field.name} = {values[where]}"
                    f"{_place(field.name, where, names)}, week "
                    f"{month * MONTH_WEEKS + week + 1}, run {int(run[where[-1]])}: expected a "
                    "finite number. Check the assumptions drawn for this run."
                )
    return NumericalError("campaign: a number is not finite, but not when the month is repeated")


def _place(field: str, where: tuple[int, ...], geography: Geography) -> str:
    if len(where) == 3:
        return f", side {geography.side_ids[where[0]]}, sector {geography.sector_ids[where[1]]}"
    if field in {"held_km2", "luck_log"}:
        return f", sector {geography.sector_ids[where[0]]}"
    return f", side {geography.side_ids[where[0]]}"


@once
def _keep_compiled() -> None:
    """Keep compiled programmes in the cache folder, so that only the first run ever waits."""
    base = cache.folder()
    if base is not None:
        settings = {
            "jax_compilation_cache_dir": str(base / "compiled"),
            "jax_persistent_cache_min_compile_time_secs": 0.2,
            "jax_persistent_cache_min_entry_size_bytes": -1,
        }
        for name, value in settings.items():
            jax.config.update(name, value)  # type: ignore[no-untyped-call]
