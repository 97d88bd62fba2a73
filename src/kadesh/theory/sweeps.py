"""A model over a grid of inputs: a record of inputs varied and outputs for each point.

    sweep("ultimatum", {"cost_a": [0.0, 0.1, 0.2]}, win_prob=0.5, cost_low=0.1, cost_high=0.5)

The grid runs over all combinations, the last axis fastest. Models that can solve many sets of
inputs at once do so.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import one_of, suggestion
from kadesh.theory.fields import specs
from kadesh.theory.model import ModelInputs, make_inputs, mistake, read_values, record, vary
from kadesh.theory.registry import load_model

MOST_POINTS: Final = 1_000_000
"""Points of a grid beyond which a sweep is refused."""

_MOST_MISTAKES: Final = 10
"""Mistakes of points that are listed; a whole grid may have the same one."""


def sweep(name: str, axes: Mapping[str, Sequence[float]], /, **fixed: Any) -> list[dict[str, Any]]:
    """Solve a model at every point of a grid.

    Args:
        name: The model.
        axes: Inputs to vary, each with its values; only inputs that are single numbers.
        fixed: The other inputs.

    Returns:
        For each point the inputs varied and all outputs, as plain values.

    Raises:
        InputErrors: No such model or input, points out of range, or too many of them.
    """
    return [
        {key: getattr(given, key) for key in axes} | record(result)
        for given, result in solve_grid(name, axes, fixed)
    ]


def solve_grid(
    name: str, axes: Mapping[str, Sequence[float]], fixed: Mapping[str, Any]
) -> list[tuple[ModelInputs, Any]]:
    """Inputs and outputs at every point of a grid, as `sweep` solves it.

    Raises:
        InputErrors: No such model or input, points out of range, or too many of them.
    """
    model = load_model(name)
    mistakes = _wrong_axes(name, axes, fixed)
    if mistakes:
        raise InputErrors(mistakes)
    # Ranges are checked once for each value and not once for each point.
    values: dict[str, list[Any]] = {}
    inputs: list[ModelInputs] = []
    for key, given in axes.items():
        values[key], wrong = read_values(model.input_type, key, given)
        mistakes += wrong
    if mistakes:
        try:
            make_inputs(model.input_type, {**fixed, **{key: axes[key][0] for key in axes}})
        except InputErrors as error:
            mistakes += [entry for entry in error.mistakes if entry not in mistakes]
        raise InputErrors(mistakes[:_MOST_MISTAKES])
    base: ModelInputs | None = None
    for numbers in product(*values.values()):
        point = dict(zip(values, numbers, strict=True))
        try:
            if base is None:
                base = make_inputs(model.input_type, {**fixed, **point})
                inputs.append(base)
            else:
                inputs.append(vary(base, point))
        except InputErrors as error:
            mistakes += [entry for entry in error.mistakes if entry not in mistakes]
        if len(mistakes) >= _MOST_MISTAKES:
            break
    if mistakes:
        raise InputErrors(mistakes[:_MOST_MISTAKES])
    return list(zip(inputs, model.solve_many(inputs), strict=True))


def _wrong_axes(
    name: str, axes: Mapping[str, Sequence[float]], fixed: Mapping[str, Any]
) -> list[Mistake]:
    """Axes that the model does not have, that are no numbers, or that are given twice."""
    known = specs(load_model(name).input_type)
    can_vary = [key for key, spec in known.items() if spec.kind in {"number", "whole"}]
    mistakes, count = [], 1
    for key, values in axes.items():
        count *= len(values)
        if key not in can_vary:
            remedy = suggestion(key, can_vary) or f"Use {one_of(can_vary, limit=20)}"
            mistakes.append(mistake(key, "", f"an input of {name} that is a number", remedy))
        if key in fixed:
            mistakes.append(mistake(key, fixed[key], "either one value or a sweep", "Drop one"))
    if count > MOST_POINTS:
        expected = f"a grid of at most {MOST_POINTS:,} points, here {count:,}"
        mistakes.append(mistake("sweep", ", ".join(axes), expected, "Take fewer points"))
    return mistakes
