"""Quantities that claims speak of, as draws of a reconstruction.

Between two Sundays everything is taken as linear; before the first week it starts from nothing on
the Sunday before. A side's land is summed over the sectors where it is not at home.
"""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped

from kadesh.errors import argument_mistake
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.war import War

Draws = Float[np.ndarray, " draw"]


def level_km2(
    made: Reconstruction,
    day: date,
    side: str,
    *,
    sectors: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    quantity: str = "held_km2",
) -> Draws:
    """Land that `side` holds (or contests) at the end of a day, beyond what it held before the war.

    Args:
        made: The reconstruction.
        day: From the war's first day to the vantage date.
        side: The holder.
        sectors: Sectors to sum over; None takes all where the side is not at home.
        leave_out: Sectors to leave out of them.
        quantity: `held_km2` or `contested_km2`.
    """
    return _at(made, path_km2(made, side, sectors, leave_out, quantity), day)


def net_change_km2(
    made: Reconstruction,
    start: date,
    end: date,
    side: str,
    *,
    sectors: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    quantity: str = "held_km2",
) -> Draws:
    """Change of the land that `side` holds from the end of one day to the end of another."""
    _check_order(start, end)
    path = path_km2(made, side, sectors, leave_out, quantity)
    return np.asarray(_at(made, path, end) - _at(made, path, start))


def pace_km2_per_day(
    made: Reconstruction,
    start: date,
    end: date,
    side: str,
    *,
    sectors: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    quantity: str = "held_km2",
) -> Draws:
    """Net change per day over a window."""
    change = net_change_km2(
        made, start, end, side, sectors=sectors, leave_out=leave_out, quantity=quantity
    )
    return np.asarray(change / (end - start).days)


def peak_km2(
    made: Reconstruction,
    side: str,
    start: date,
    end: date,
    *,
    sectors: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    quantity: str = "held_km2",
) -> tuple[Draws, Shaped[np.ndarray, " draw"]]:
    """The most that `side` holds between two days, and the day on which it does (datetime64)."""
    days, path = _window(made, path_km2(made, side, sectors, leave_out, quantity), start, end)
    return path.max(axis=1), days[path.argmax(axis=1)]


def first_below_km2(
    made: Reconstruction,
    level: float,
    side: str,
    start: date,
    end: date,
    *,
    sectors: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    quantity: str = "held_km2",
) -> Shaped[np.ndarray, " draw"]:
    """First day between two days on which `side` holds less than a level (NaT: on none)."""
    days, path = _window(made, path_km2(made, side, sectors, leave_out, quantity), start, end)
    below = path < level
    found = days[below.argmax(axis=1)]
    return np.where(below.any(axis=1), found, np.datetime64("NaT"))


def losses_persons(
    made: Reconstruction, day: date, side: str, quantity: str = "casualties_persons"
) -> Draws:
    """Cumulative losses of `side` at the end of a day."""
    return _at(made, _losses(made, side, quantity), day)


def losses_between_persons(
    made: Reconstruction, start: date, end: date, side: str, quantity: str = "casualties_persons"
) -> Draws:
    """Losses of `side` from the end of one day to the end of another."""
    _check_order(start, end)
    path = _losses(made, side, quantity)
    return np.asarray(_at(made, path, end) - _at(made, path, start))


def redrawn_sectors(war: War, start: date, end: date) -> frozenset[str]:
    """Sectors in which some map was redrawn between two dates: leave them out of net changes."""
    spans = war.redraws[war.redraws["kind"] == "redraw"]
    inside = (spans["end"] > pd.Timestamp(start)) & (spans["start"] <= pd.Timestamp(end))
    return frozenset(spans.loc[inside, "sector"].astype(str))


def path_km2(
    made: Reconstruction,
    side: str,
    sectors: Collection[str] | None,
    leave_out: Collection[str],
    quantity: str,
) -> Float[np.ndarray, "draw week"]:
    """Land of a side summed over sectors, by week.

    Raises:
        InputErrors: a sector that is not there or where the side is at home, or another quantity.
    """
    if quantity not in {"held_km2", "contested_km2"}:
        raise argument_mistake(
            "quantity", quantity, "held_km2 or contested_km2", "Use one of the two"
        )
    table = made.held_km2 if quantity == "held_km2" else made.contested_km2
    ids, holders = table["sector"].to_numpy(), table["holder"].to_numpy()
    mine = set(ids[holders == side].tolist())
    wanted = mine if sectors is None else set(sectors)
    if wrong := sorted((wanted | set(leave_out) if sectors is None else wanted) - set(ids)):
        remedy = "Use one of " + ", ".join(sorted(mine))
        raise argument_mistake("sectors", wrong, "sectors of the war", remedy)
    if not mine or not wanted <= mine:
        remedy = f"Use sectors among {', '.join(sorted(mine))} or the other side"
        raise argument_mistake(
            "sectors", sorted(wanted - mine), f"sectors in which {side!r} is not at home", remedy
        )
    chosen = np.isin(ids, sorted(wanted - set(leave_out)))
    return np.asarray(table.to_numpy()[:, chosen].sum(axis=1))


def _losses(made: Reconstruction, side: str, quantity: str) -> Float[np.ndarray, "draw week"]:
    for name, value in (("side", side), ("quantity", quantity)):
        known = made.losses[name].to_numpy().tolist()
        if value not in known:
            raise argument_mistake(name, value, " or ".join(known), "Use one of them")
    return np.asarray(made.losses.sel(side=side, quantity=quantity).to_numpy())


def _with_start(
    made: Reconstruction, path: Float[np.ndarray, "draw week"]
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, "draw time"]]:
    """Days since the first Sunday, with the Sunday before it, and values there."""
    days = 7.0 * np.arange(-1, path.shape[1])
    return days, np.concatenate([np.zeros((len(path), 1)), path], axis=1)


def _at(made: Reconstruction, path: Float[np.ndarray, "draw week"], day: date) -> Draws:
    days, values = _with_start(made, path)
    when = float((pd.Timestamp(day) - made.weeks[0]).days)
    if not days[0] <= when <= days[-1]:
        first = (made.weeks[0] - pd.Timedelta(days=7)).date()
        raise argument_mistake(
            "date",
            str(day),
            f"a day from {first} to {made.weeks[-1].date()}",
            "Use a later vantage date or another day",
        )
    after = int(np.searchsorted(days, when))
    if after == 0 or days[after] == when:
        return np.asarray(values[:, after])
    part = (when - days[after - 1]) / 7
    return np.asarray((1 - part) * values[:, after - 1] + part * values[:, after])


def _window(
    made: Reconstruction, path: Float[np.ndarray, "draw week"], start: date, end: date
) -> tuple[Shaped[np.ndarray, " day"], Float[np.ndarray, "draw day"]]:
    """Every day of a window, and values at their ends."""
    _check_order(start, end)
    days = pd.date_range(start, end, freq="D", unit="s")
    values = np.stack([_at(made, path, day.date()) for day in days], axis=1)
    return days.to_numpy(), values


def _check_order(start: date, end: date) -> None:
    if end <= start:
        raise argument_mistake(
            "end", str(end), f"a day after the start, {start}", "Swap or correct the dates"
        )
