"""Where each number of a run lies while it is worked: one row of lanes for each number.

A lane is a run. Rows follow the named tuples of the week: one row for a number, two for a pair,
the second side's after the first's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final, get_type_hints

from kadesh.dynamics.elementwise import Pair
from kadesh.dynamics.records import Constants, Place, Sector, Side
from kadesh.dynamics.shocks import MONTH_WEEKS
from kadesh.dynamics.state import RunParams

LANES: Final = 64
"""Runs worked at a time: in a dozen sectors their numbers have 110 KB, which a core keeps near.

Changes no digit of any run.
"""

Rows = dict[str, int]


@cache
def is_pair(group: type, field: str) -> bool:
    """Whether a field of a named tuple holds a number of each side."""
    return get_type_hints(group, include_extras=True)[field] is Pair


def rows_of(group: Any, first: int = 0, only: Iterable[str] | None = None) -> tuple[Rows, int]:
    """First row of each field of a named tuple, and the row after the last."""
    rows = {}
    for field in only or group._fields:
        rows[field] = first
        first += 2 if is_pair(group, field) else 1
    return rows, first


SECTOR, _after = rows_of(Sector)
PLACE, X_ROWS = rows_of(Place, _after, ("stake_weight", "attraction"))
"""Rows of a sector: its state, and what never changes in a run."""

Q_ROWS: Final = 2 * len(Side._fields)
"""Rows of the sides: two for each field of `Side`."""
SIDE: Final = {field: 2 * row for row, field in enumerate(Side._fields)}

GROUPS: Final[dict[str, Any]] = dict(get_type_hints(RunParams))
PARAMS: Final[dict[str, Rows]] = {}
_after = 0
for _name, _group in GROUPS.items():
    PARAMS[_name], _after = rows_of(_group, _after)
CONSTANTS, _after = rows_of(Constants, _after)
EFFECTIVENESS: Final = _after
P_ROWS: Final = _after + 2
"""Rows of the parameters: each mechanism's, the constants worked out of them, effectiveness."""


LINE: Final = 16
"""Numbers in a line of memory, and in the widest vectors."""

BITS: Final = 32
"""Sectors in a word that has a bit for each."""


def _places(name: str, rows: Rows) -> Any:
    """Where rows begin, by name, as a compiled function can look them up."""
    kind: Any = namedtuple(name, rows)  # type: ignore[misc]
    return kind(*(row * LANES for row in rows.values()))


SECOND: Final = LANES
"""Distance of the second side's row from the first's."""
X: Any = _places("X", SECTOR)
"""Where the numbers of a sector begin."""
Q: Any = _places("Q", SIDE)
"""Where the numbers of the sides begin."""
STAKE, ATTRACTION = PLACE["stake_weight"] * LANES, PLACE["attraction"] * LANES
LOSSES, WEIGHT, COMMITTED, LUCK = (
    row * LANES for row in (X_ROWS, X_ROWS + 2, X_ROWS + 4, X_ROWS + 6)
)
"""Beside its state, a sector has rows for a week's losses, weights, operations, and luck."""
X_WORK: Final = (X_ROWS + 6 + MONTH_WEEKS) * LANES

_SCRATCH = (
    "lost", "weight", "placed", "stake_gain", "needed", "going",
    "released", "per_weight", "theatre", "worth", "worth_log", "factor",
)  # fmt: skip
Z: Any = _places("Z", {name: 2 * row for row, name in enumerate(_SCRATCH)})
"""Where the numbers of the sides that last a week begin."""
SUMS: Final = 6 * 2 * LANES
"""The first of them are sums over sectors."""
LOSS_LUCK, AID_LUCK, OPERATION_LUCK = (
    2 * LANES * (len(_SCRATCH) + MONTH_WEEKS * i) for i in range(3)
)
"""Luck of a month by side, after them: a row for each side and week."""
Z_WORK: Final = 2 * LANES * (len(_SCRATCH) + 3 * MONTH_WEEKS)

KEPT, STRENGTH = (
    CONSTANTS[name] * LANES for name in ("surprise_kept_share", "fortification_log_strength")
)
SHARE, PROBABILITY, FRESH = (
    PARAMS["surprise"][name] * LANES
    for name in ("operation_reserve_share", "operation_probability", "surprise_log_strength")
)
EFFECT: Final = EFFECTIVENESS * LANES


def _read(group: type, rows: Rows, array: str, *, whole: bool) -> str:
    """Source of one named tuple read from its rows in a lane; `whole` pairs, or one side's."""
    parts = []
    for field, row in rows.items():
        at = row * LANES
        if not is_pair(group, field):
            parts.append(f"{array}[{at} + lane]")
        elif whole:
            parts.append(f"({array}[{at} + lane], {array}[{at + LANES} + lane])")
        else:
            parts.append(f"own[{at} + lane]")
    return f"{group.__name__}({', '.join(parts)})"


def _function(arguments: str, source: str, *first: str) -> Callable[..., Any]:
    names: dict[str, Any] = {group.__name__: group for group in GROUPS.values()}
    names |= {group.__name__: group for group in (RunParams, Constants, Sector, Side)}
    body = "\n    ".join([*first, f"return {source}"])
    exec(f"def made({arguments}):\n    {body}", names)
    made: Callable[..., Any] = names["made"]
    return made


read_sector = _function("y, lane", _read(Sector, SECTOR, "y", whole=True))
"""The state of a sector in a lane, from the sector's rows."""

read_constants = _function("p, lane", _read(Constants, CONSTANTS, "p", whole=True))
"""The constants of the run in a lane."""

read_side = _function(
    "q, lane", "Side(" + ", ".join(f"q[{row * LANES} + lane]" for row in SIDE.values()) + ")"
)
"""The state of a side in a lane; the second side's rows begin `LANES` later."""


def params_reader(*names: str) -> Callable[..., Any]:
    """Reads the parameters of the named mechanisms of the run in a lane; the others are None.

    `own` begins `LANES` later than `p` for those of the second side.
    """
    parts = [
        _read(group, PARAMS[name], "p", whole=False) if name in names else "None"
        for name, group in GROUPS.items()
    ]
    return _function("p, own, lane", f"RunParams({', '.join(parts)})")


read_params = _function(
    "p, lane",
    "RunParams(" + ", ".join(_read(GROUPS[n], PARAMS[n], "p", whole=True) for n in PARAMS) + ")",
)
"""All parameters of the run in a lane."""


def _constants_into_rows() -> Callable[..., Any]:
    lines = []
    for field, row in CONSTANTS.items():
        at, value = row * LANES, f"constants.{field}"
        if is_pair(Constants, field):
            lines += [f"p[{at} + lane] = {value}[0]", f"p[{at + LANES} + lane] = {value}[1]"]
        else:
            lines.append(f"p[{at} + lane] = {value}")
    return _function("p, lane, constants", "None", *lines)


write_constants = _constants_into_rows()
"""The constants of the run in a lane, to their rows."""
