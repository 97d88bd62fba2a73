"""Claimed against reconstructed: how far each source's figures are off, and in whose favour."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from kadesh.fusion.record import LOSSES, Record


def compare_sources(
    record: Record,
    rows: pd.DataFrame,
    weeks: pd.DatetimeIndex,
    held: Float[np.ndarray, "draw sector week"],
    contested: Float[np.ndarray, "draw sector week"],
    losses: Float[np.ndarray, "draw side quantity week"],
) -> pd.DataFrame:
    """One line per source, quantity as reported, side, and form.

    `share_*` is the mean difference of claimed and reconstructed over all days with figures, as a
    share of the mean reconstructed (posterior mean and 90 % interval; not a number where nothing is
    reconstructed); `last_*` is the difference on the last such day, in the figures' unit, summed
    over the sectors that the source covers. A positive difference claims more than there was. Lines
    of form `at_least` and `up_to` compare the bound, which need not be near the truth.
    """
    lines = []
    keys = ["source", "reported_as", "side", "form"]
    for key, part in rows.groupby(keys, sort=True):
        source, quantity, side, form = (str(name) for name in key)
        truth = _truth(record, part, weeks, held, contested, losses)
        claimed = part["value"].to_numpy()
        days, index = np.unique(part["date"].to_numpy(), return_inverse=True)
        on_last = index == len(days) - 1
        off = claimed - truth
        base = truth.mean(axis=1)
        share = np.full(len(base), np.nan)
        if base.min() > 0:
            share = off.mean(axis=1) / base
        last = off[:, on_last].sum(axis=1)
        lines.append(
            {
                "source": source,
                "aligned_with": record.publishers[source].aligned_with,
                "quantity": quantity,
                "side": side,
                "form": form,
                "figures": len(part),
                **_interval("share", share),
                "last_date": days[-1],
                "last_claimed": float(claimed[on_last].sum()),
                **_interval("last", last),
            }
        )
    columns = [
        "source", "aligned_with", "quantity", "side", "form", "figures", "share_mean", "share_low",
        "share_high", "last_date", "last_claimed", "last_mean", "last_low", "last_high",
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)


def _truth(
    record: Record,
    part: pd.DataFrame,
    weeks: pd.DatetimeIndex,
    held: Float[np.ndarray, "draw sector week"],
    contested: Float[np.ndarray, "draw sector week"],
    losses: Float[np.ndarray, "draw side quantity week"],
) -> Float[np.ndarray, "draw row"]:
    """The reconstructed value at each row's day, linear between Sundays."""
    time = (part["date"] - weeks[0]).dt.days.to_numpy() / 7 + 1
    before = np.clip(np.floor(time).astype(np.int64), 0, len(weeks))
    after = np.minimum(before + 1, len(weeks))
    weight = time - before
    quantity = str(part["quantity"].iloc[0])
    if quantity in LOSSES:
        table = losses[:, record.sides.index(str(part["side"].iloc[0]))]
        where = [LOSSES.index(quantity)] * len(part)
    else:
        ids = [ground.id for ground in record.sectors]
        table = held if quantity == "held_km2" else contested
        where = [ids.index(str(sector)) for sector in part["sector"]]
    full = np.concatenate([np.zeros((*table.shape[:2], 1)), table], axis=2)
    return np.asarray((1 - weight) * full[:, where, before] + weight * full[:, where, after])


def _interval(name: str, draws: Float[np.ndarray, " draw"]) -> dict[str, float]:
    low, high = np.quantile(draws, [0.05, 0.95])
    return {
        f"{name}_mean": float(draws.mean()),
        f"{name}_low": float(low),
        f"{name}_high": float(high),
    }
