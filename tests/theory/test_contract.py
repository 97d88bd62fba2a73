"""Every theory module is what `kadesh.theory.model` says that a model is."""

import ast
import json
import math
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

import kadesh.theory
from kadesh.errors import InputErrors, NumericalError
from kadesh.theory.fields import Spec, defaults, outputs, specs
from kadesh.theory.model import PARTS, ModelInputs, record
from kadesh.theory.registry import NAMES, Model, load_model, summary

FOLDER = Path(kadesh.theory.__file__).parent / "models"


@pytest.fixture(params=NAMES)
def model(request: pytest.FixtureRequest) -> Model:
    return load_model(request.param)


def test_each_file_is_a_model() -> None:
    stems = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert stems == {name.replace("-", "_") for name in NAMES}


def test_the_page_has_every_part(model: Model) -> None:
    lines = model.doc.splitlines()
    assert lines[0].endswith(".")
    assert lines[0] == summary(model.name)
    assert [part for part in PARTS if not any(line.startswith(part) for line in lines)] == []
    assert model.doc.count("$$") >= 2
    assert model.doc.count("$$") % 2 == 0


def test_inputs_and_outputs_say_what_they_are(model: Model) -> None:
    assert issubclass(model.input_type, ModelInputs)
    for spec in specs(model.input_type).values():
        assert spec.meaning
        assert spec.meaning[-1] != "."
        assert spec.unit or spec.kind in {"choice", "flag"}
    assert is_dataclass(model.result_type)
    named = [entry.name for entry in fields(model.result_type) if entry.name != "is_bound"]
    assert list(outputs(model.result_type)) == named != []
    assert all(entry.meaning and entry.unit for entry in outputs(model.result_type).values())


def test_the_example_is_right_and_is_solved_to_plain_values(model: Model) -> None:
    inputs = model.inputs(**model.example)
    found = record(model.solve(inputs))
    assert list(found) == list(outputs(model.result_type))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert record(model.solve(inputs)) == found
    assert [record(one) for one in model.solve_many([inputs, inputs])] == [found, found]


def wrong_values(spec: Spec) -> list[Any]:
    """Values just outside the range, of the wrong kind, and not finite."""
    wrong: list[Any] = [None, "many", [], math.nan, math.inf, [[1.0]]]
    if spec.kind in {"number", "whole"}:
        wrong += [True, [0.5]]
        if math.isfinite(spec.low):
            wrong.append(spec.low if spec.is_low_open else spec.low - 1e-6 * (1 + abs(spec.low)))
        if math.isfinite(spec.high):
            wrong.append(spec.high if spec.is_high_open else spec.high * (1 + 1e-6) + 1e-6)
    if spec.kind == "whole":
        wrong.append(spec.low + 0.5)
    if spec.kind == "numbers":
        wrong += [0.5, [spec.low - 1.0] * spec.shortest, [0.5] * (spec.longest + 1)]
        wrong.append([0.5] * (spec.shortest - 1))
    if spec.kind in {"choice", "flag"}:
        wrong += [1, 0.0]
    return wrong


def test_each_value_out_of_range_is_refused_with_the_range(model: Model) -> None:
    for name, spec in specs(model.input_type).items():
        for value in wrong_values(spec):
            with pytest.raises(InputErrors) as error:
                model.inputs(**{**model.example, name: value})
            assert [entry.field for entry in error.value.mistakes] == [name], (name, value)
            assert error.value.mistakes[0].expected == spec.expected()


def values_in(spec: Spec) -> st.SearchStrategy[Any]:
    """Values in range: everyday ones and the ends, small games."""
    if spec.kind == "flag":
        return st.booleans()
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    low, high = max(spec.low, -1e6), min(spec.high, 1e6)
    if spec.kind == "whole":
        return st.integers(int(low), int(min(high, low + 9)))
    single = st.one_of(
        st.floats(max(low, -1.0), max(min(high, 1.0), low)),
        st.floats(low, high, exclude_min=spec.is_low_open, exclude_max=spec.is_high_open),
    ).filter(lambda value: not (spec.is_low_open and value == spec.low)
             and not (spec.is_high_open and value == spec.high))  # fmt: skip
    if spec.kind == "number":
        return single
    return st.lists(single, min_size=spec.shortest, max_size=min(spec.longest, spec.shortest + 4))


def solved(model: Model, data: st.DataObject) -> tuple[ModelInputs, Any] | None:
    """Random inputs in range and their outputs, or None where they are refused in words."""
    values = {key: data.draw(values_in(spec), key) for key, spec in specs(model.input_type).items()}
    try:
        inputs = model.inputs(**values)
        result = model.solve(inputs)
        json.dumps(record(result), allow_nan=False)
    except (InputErrors, NumericalError) as error:
        if not str(error):
            raise
        return None
    return inputs, result


# Without the phase that explains a failure, which takes minutes with so many inputs.
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
ANY_MODEL: Final = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=ANY_MODEL)
@given(data=st.data())
def test_whatever_is_in_range_is_solved_or_refused_in_words(
    model: Model, data: st.DataObject
) -> None:
    solved(model, data)


@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=ANY_MODEL)
@given(data=st.data())
def test_whatever_is_solved_can_be_drawn(model: Model, data: st.DataObject) -> None:
    if (found := solved(model, data)) is not None:
        figure = Figure()
        model.draw(figure.add_subplot(), *found)
        figure.draw_without_rendering()


def test_all_mistakes_are_collected(model: Model) -> None:
    wrong = dict.fromkeys(specs(model.input_type), "many")
    with pytest.raises(InputErrors) as error:
        model.inputs(**wrong, no_such_input=1)
    assert {entry.field for entry in error.value.mistakes} == {*wrong, "no_such_input"}
    with pytest.raises(InputErrors) as error:
        model.inputs()
    needed = set(wrong) - set(defaults(model.input_type))
    assert {entry.field for entry in error.value.mistakes} == needed


def test_the_figure_draws_labelled_axes(model: Model) -> None:
    inputs = model.inputs(**model.example)
    figure = Figure(layout="constrained")
    axes = figure.add_subplot()
    model.draw(axes, inputs, model.solve(inputs))
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert axes.has_data()
    figure.draw_without_rendering()


def test_models_import_no_matplotlib() -> None:
    for name in NAMES:
        tree = ast.parse((FOLDER / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8"))
        imported = {
            (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert not {entry for entry in imported if entry.startswith("matplotlib")}


def test_an_unknown_model_is_refused_with_the_closest_name() -> None:
    with pytest.raises(InputErrors, match="Did you mean 'costly-lottery'"):
        load_model("costly-lotery")
