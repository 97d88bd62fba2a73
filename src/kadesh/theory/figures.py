"""Figures of models as files: the only theory module that imports matplotlib."""

from pathlib import Path
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kadesh.errors import argument_mistake
from kadesh.theory.model import ModelInputs
from kadesh.theory.registry import Model

SUFFIXES: Final = (".pdf", ".png", ".svg")

_SIZE_INCHES: Final = (6.4, 4.0)
_STYLE: Final[dict[Any, Any]] = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "font.size": 10,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "none",
    # The same figure gives the same bytes.
    "svg.hashsalt": "kadesh",
}


def make_figure(model: Model, inputs: ModelInputs, result: Any) -> Figure:
    """The model's figure."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        axes = figure.add_subplot()
        model.draw(axes, inputs, result)
        where = np.concatenate(
            [np.empty(0), *(np.asarray(line.get_xdata(), dtype=float) for line in axes.lines)]
        )
        if where.size and (where == np.round(where)).all():
            # Counts have no marks between them.
            axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    return figure


def require_suffix(path: Path) -> None:
    """Raise InputErrors unless figures can be written in the form that the suffix names."""
    if path.suffix.lower() not in SUFFIXES:
        expected = f"a file name that ends in {', '.join(SUFFIXES)}"
        raise argument_mistake("--plot", str(path), expected, f"Try {path.stem or 'figure'}.svg")


def write_figure(model: Model, inputs: ModelInputs, result: Any, path: Path) -> None:
    """Write the model's figure to `path`; its suffix says in which form.

    Raises:
        InputErrors: The suffix is no form of picture.
    """
    require_suffix(path)
    figure = make_figure(model, inputs, result)
    kind = path.suffix.lower().removeprefix(".")
    # A date would change the bytes.
    about = {"Title": model.name} | {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(
        kind, {}
    )
    with matplotlib.rc_context(_STYLE):
        figure.savefig(path, format=kind, dpi=160, metadata=about)
