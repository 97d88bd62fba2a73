"""Many campaigns at once: blocks of a fixed number of runs, month by month.

One compiled programme advances one block of `BLOCK_RUNS` runs by one month of four weeks. Whatever
is asked for is a number of whole blocks and months, so neither the number of runs, nor how many
blocks are worked at a time, changes a bit of any run.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True)
class Batch:
    """What all blocks of a batch share: the address of its luck, its orders, what is kept."""

    keys: ShockKeys
    names: Geography
    schedule: Float[np.ndarray, "week side sector"]
    first_run: int = 0
    first_month: int = 0
    luck_sign: float = 1.0
    keeps_record: bool = True

    def months(self) -> range:
        """Months of the batch, counted from its first."""
        return range(len(self.schedule) // MONTH_WEEKS)

    def given(self, month: int) -> tuple[Any, ...]:
        """Month, sign of luck and orders, as the compiled programme takes them."""
        orders = self.schedule[month * MONTH_WEEKS : (month + 1) * MONTH_WEEKS]
        return np.uint32(self.first_month + month), np.float32(self.luck_sign), orders


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
) -> list[tuple[Any, tuple[Any, ...]]]:
    """End state and monthly records of every block, in NumPy (the last block is filled up).

    With `mirrored` every run meets the opposite luck: an antithetic pair with the run unmirrored.
    """
    _keep_compiled()
    names = params.geography
    batch = Batch(
        keys=shock_keys(seed, stream, names.side_ids, names.sector_ids),
        names=names,
        schedule=schedule,
        first_run=first_run,
        first_month=first_month,
        luck_sign=-1.0 if mirrored else 1.0,
        keeps_record=keeps_record,
    )
    runs = state.held_km2.shape[-1]
    indices = block_indices(runs)
    # Without its names, a war shares the compiled programme of every war of its size.
    bare = replace(params, geography=replace(names, side_ids=(), sector_ids=()))
    shared = (bare.geography, bare.switches)

    def work(block: int) -> tuple[Any, tuple[Any, ...]]:
        first = block * BLOCK_RUNS
        index = slice(first, first + BLOCK_RUNS) if first + BLOCK_RUNS <= runs else indices[block]
        return _block(batch, first, runs - first, _cut((state, bare), shared, index))

    results: list[tuple[Any, tuple[Any, ...]]] = []
    for result in _in_order(work, len(indices), workers):
        results.append(result)
        if progress is not None:
            progress(len(results), len(indices))
    return results


def _cut(tree: Any, shared: Any, index: slice | Int[np.ndarray, " run"]) -> Any:
    """The chosen runs of `tree`, without copies where they lie together; `shared` stays whole."""
    whole = {id(leaf) for leaf in jax.tree.leaves(shared)}
    return jax.tree.map(
        lambda leaf: leaf if id(leaf) in whole else np.asarray(leaf)[..., index], tree
    )


def _in_order(
    work: Callable[[int], tuple[Any, tuple[Any, ...]]], count: int, workers: int
) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    if workers == 1:
        yield from map(work, range(count))
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, range(count))


def _block(
    batch: Batch, first: int, wanted: int, start: tuple[CampaignState, CampaignParams]
) -> tuple[Any, tuple[Any, ...]]:
    """One block through all its months; only its first `wanted` runs were asked for."""
    state, params = start
    address = batch.first_run + first
    run = np.arange(address, address + BLOCK_RUNS, dtype=np.uint32)
    kept, soundness = [], []
    for month in batch.months():
        state, record, finite = _month(batch.keys, run, *batch.given(month), state, params)
        soundness.append(finite)
        if batch.keeps_record:
            kept.append(record)
    # Looked at only now: waiting for every month would leave the processor idle in between.
    if not all(np.asarray(finite)[:wanted].all() for finite in soundness):
        raise _not_finite(batch, run[:wanted], *start)
    return jax.tree.map(np.asarray, state), tuple(jax.tree.map(np.asarray, kept))


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

    end, record = jax.lax.scan(week, state, (_signed_shocks(keys, run, month, luck_sign), ordered))
    finite = [
        jnp.all(jnp.isfinite(leaf).reshape(-1, leaf.shape[-1]), axis=0)
        for leaf in jax.tree.leaves(end)
    ]
    return end, record, jnp.all(jnp.stack(finite), axis=0)


one_week = jax.jit(step)
"""The step of `kadesh.dynamics.step`, compiled."""


def _signed_shocks(
    keys: ShockKeys,
    run: UInt32[Array, " run"],
    month: UInt32[Array, ""],
    luck_sign: Float[Array, ""],
) -> Shocks:
    """A month's shocks at sign 1, the opposite at -1 (which sector an operation hits stays)."""
    shocks = draw_shocks(keys, run, month)
    return replace(
        shocks,
        ground=luck_sign * shocks.ground,
        losses=luck_sign * shocks.losses,
        aid=0.5 + luck_sign * (shocks.aid - 0.5),
        operation=0.5 + luck_sign * (shocks.operation - 0.5),
    )


_shocks = jax.jit(_signed_shocks)


def _not_finite(
    batch: Batch,
    run: UInt32[np.ndarray, " run"],
    state: CampaignState,
    params: CampaignParams,
) -> NumericalError:
    """Go through the block again week by week and name the first number that is not finite."""
    every = np.arange(run[0], int(run[0]) + BLOCK_RUNS, dtype=np.uint32)
    for month in batch.months():
        number, sign, orders = batch.given(month)
        shocks = _shocks(batch.keys, every, number, sign)
        for week in range(MONTH_WEEKS):
            now = jax.tree.map(lambda leaf, week=week: leaf[week], shocks)
            state, _ = one_week(now, orders[week], state, params)
            for field in fields(state):
                values = np.asarray(getattr(state, field.name))[..., : len(run)]
                if not np.isfinite(values).all():
                    where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
                    return NumericalError(
                        f"campaign: {field.name} = {values[where]}"
                        f"{_place(field.name, where, batch.names)}, week "
                        f"{int(number) * MONTH_WEEKS + week + 1}, run {run[where[-1]]}: expected "
                        "a finite number. Check the assumptions drawn for this run."
                    )
    return NumericalError("campaign: a number is not finite, but not when the block is repeated")


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
