"""The models by name; each is imported when it is first asked for."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from kadesh.errors import argument_mistake
from kadesh.suggest import one_of, suggestion
from kadesh.theory.model import Axes, ModelInputs, make_inputs

NAMES: Final = (
    # One offer, one lottery
    "costly-lottery",
    "ultimatum",
    # Power that shifts
    "preventive-war",
    "temporary-strength",
    # Learning
    "screening-war",
    "two-prior-war",
    "learning-commitment",
    # The front
    "fort-game",
    "drifting-war",
    "exhaustion-race",
    "diffusion-front",
    # Holding out
    "attrition-contest",
    "audience-costs",
    "risk-auction",
    # Leaders and patrons
    "gamble-for-resurrection",
    "patron-subsidy",
    "deterring-patron",
    # Combat
    "lanchester",
)
"""Every model, in the order in which lists show them. A model's file has its name."""


@dataclass(frozen=True)
class Model:
    """A theory module, by what `kadesh.theory.model` says that it holds."""

    name: str
    module: ModuleType

    @property
    def doc(self) -> str:
        """The docstring: the model in words and equations."""
        return self.module.__doc__ or ""

    @property
    def input_type(self) -> type[ModelInputs]:
        """The dataclass of inputs."""
        return self.module.Inputs  # type: ignore[no-any-return]

    @property
    def result_type(self) -> type[Any]:
        """The dataclass of outputs."""
        return self.module.Result  # type: ignore[no-any-return]

    @property
    def example(self) -> dict[str, Any]:
        """The inputs of the worked example."""
        return dict(self.module.EXAMPLE)

    def inputs(self, /, **given: Any) -> ModelInputs:
        """Checked inputs.

        Raises:
            InputErrors: Names that the model does not have, inputs that are missing, values out
                of range: all at once.
        """
        return make_inputs(self.input_type, given)

    def solve(self, inputs: ModelInputs) -> Any:
        """The model's outputs, a dataclass."""
        return self.module.solve(inputs)

    def solve_many(self, inputs: Sequence[ModelInputs]) -> list[Any]:
        """The outputs of many sets of inputs, all at once where the model can."""
        many = getattr(self.module, "solve_many", None)
        if many is None:
            return [self.solve(entry) for entry in inputs]
        return list(many(inputs))

    def caveat(self, inputs: ModelInputs, result: Any) -> str:
        """What a reader of these outputs must know of them; empty where there is nothing."""
        say = getattr(self.module, "caveat", None)
        return "" if say is None else str(say(inputs, result))

    def draw(self, axes: Axes, inputs: ModelInputs, result: Any) -> None:
        """The model's figure, on a matplotlib Axes."""
        self.module.draw(axes, inputs, result)


def load_model(name: str) -> Model:
    """The model of that name.

    Raises:
        InputErrors: There is none; the closest name is suggested.
    """
    if name not in NAMES:
        remedy = suggestion(name, NAMES) or f"Use {one_of(NAMES, limit=30)}"
        raise argument_mistake("model", name, "a theory model", remedy)
    return Model(name, import_module(f"kadesh.theory.models.{name.replace('-', '_')}"))


def solve(name: str, /, **given: Any) -> Any:
    """The outputs of a model, a dataclass.

    Args:
        name: The model.
        given: Its inputs.

    Raises:
        InputErrors: No such model, or inputs unknown, missing or out of range: all at once.
    """
    model = load_model(name)
    return model.solve(model.inputs(**given))


def summary(name: str) -> str:
    """The first line of a model's docstring, read without importing the model."""
    path = Path(__file__).parent / "models" / f"{name.replace('-', '_')}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
