"""The week of arrays on an accelerator, by JAX: the same mechanisms, compiled for all runs at once.

It needs `kadesh[gpu]` and a device. Runs are not the same to the bit as on a processor: sums are
added in another order and functions round differently (see `docs/method.md` for how far they part).
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from kadesh.dynamics.records import Sector, Side
from kadesh.dynamics.shocks import MONTH_WEEKS, Luck, ShockKeys, Shocks, draw_shocks
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.dynamics.step import Given, array_week, given_of, recorded, sector_of, side_of, state_of


def is_at_hand() -> bool:
    """Whether JAX finds an accelerator."""
    return jax.default_backend() != "cpu"


def through_weeks(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    keep: Callable[[int, dict[str, np.ndarray]], None] | None = None,
) -> tuple[CampaignState, Bool[np.ndarray, " run"]]:
    """The state after some weeks, and which runs stayed finite.

    It runs on JAX's default device, whatever that is. `keep` is called for each month with its
    first week and what happened in it: arrays with the week first and the run last.
    """
    given = jax.device_put(given_of(params))
    runs = state.held_km2.shape[-1]
    run = np.arange(luck.first_run, luck.first_run + runs, dtype=np.uint32)
    now: tuple[Sector, Side] = jax.device_put((sector_of(state), side_of(state)))
    sound = np.ones(runs, bool)
    for first in range(0, len(schedule), MONTH_WEEKS):
        orders = schedule[first : first + MONTH_WEEKS]
        month = np.uint32(luck.first_month + first // MONTH_WEEKS)
        now, finite, record = _month(
            luck.keys, run, month, np.float32(luck.sign), orders, now, given
        )
        sound &= np.asarray(finite)
        if keep is not None:
            keep(first, {name: np.asarray(values) for name, values in record.items()})
    sector, side = jax.tree.map(np.asarray, now)
    return state_of(sector, side), sound


@jax.jit
def _month(
    keys: ShockKeys,
    run: Any,
    number: Any,
    sign: Any,
    orders: Any,
    now: tuple[Sector, Side],
    given: Given,
) -> Any:
    """A month, or the weeks of it that have orders: its end, what is finite, its weeks."""
    luck = draw_shocks(keys, run, jnp.broadcast_to(number, run.shape), sign)

    def week(before: tuple[Sector, Side], this: Any) -> Any:
        sector, side, info = array_week(this[0], this[1], *before, given)
        side = side._replace(aid_regime=side.aid_regime.astype(before[1].aid_regime.dtype))
        return (sector, side), recorded(sector, side, info)

    weeks = Shocks(*(values[: len(orders)] for values in luck))
    end, record = jax.lax.scan(week, now, (weeks, orders))
    finite = [
        jnp.isfinite(leaf).reshape(-1, leaf.shape[-1]).all(axis=0) for leaf in jax.tree.leaves(end)
    ]
    return end, jnp.stack(finite).all(axis=0), record
