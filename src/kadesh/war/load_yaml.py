"""Read a YAML file into a pydantic model; every mistake is one line that says where and what to do.

Usage, for any model with pydantic v2 (a war folder's files, a claims file):

    model, marks = load_yaml(path, Model)
    raise InputErrors([marks.mistake(("claims", 3, "sector"), "a sector of the war", "...")])
"""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import closest, one_of, suggestion
from kadesh.war.shape import Place, allowed_fields, place_of
from kadesh.war.yaml_marks import Location, Marks, field_name, load_tree

Loaded = TypeVar("Loaded", bound=BaseModel)


def load_yaml(path: Path, model: type[Loaded]) -> tuple[Loaded, Marks]:
    """The file as a `model`, and the marks with which later checks can point into it.

    Raises:
        InputErrors: every mistake of the file at once.
    """
    tree, marks = load_tree(path)
    try:
        return model.model_validate(tree), marks
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = _misspelt(model, tree, details)
        raise InputErrors(
            [
                _mistake(model, tree, marks, detail)
                for detail in details
                if detail["type"] != "missing" or detail["loc"] not in misspelt
            ]
        ) from None


def _misspelt(
    model: type[BaseModel], tree: Any, details: list[ErrorDetails]
) -> set[tuple[int | str, ...]]:
    """Locations of missing fields that a key with a like name stands for."""
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    meant = set()
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *above, key = detail["loc"]
            known = allowed_fields(place_of(model, tree, detail["loc"]).parent)
            meant.add((*above, closest(str(key), known)))
    return missing & meant


def _mistake(model: type[BaseModel], tree: Any, marks: Marks, detail: ErrorDetails) -> Mistake:
    place = place_of(model, tree, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return _missing(marks, place)
    if kind == "extra_forbidden":
        known = allowed_fields(place.parent)
        remedy = suggestion(str(place.location[-1]), known) or "Remove it"
        return marks.key_mistake(place.location, one_of(known), remedy)
    if kind == "field_mistake":
        steps = [int(step) if step.isdigit() else step for step in context["field"].split(".")]
        location = (*place.location, *(step for step in steps if step != ""))
        return marks.mistake(location, context["expected"], context["remedy"])
    if kind == "union_tag_not_found":
        location = (*place.location, context["discriminator"].strip("'"))
        return _missing(marks, Place(location, place.location, place.parent))
    if kind == "union_tag_invalid":
        location = (*place.location, context["discriminator"].strip("'"))
        choices = [part.strip().strip("'") for part in context["expected_tags"].split(",")]
        return _choice(marks, location, context["tag"], choices)
    if kind in {"literal_error", "enum"}:
        choices = [part.strip("' ") for part in _choices(context["expected"])]
        return _choice(marks, place.location, str(detail["input"]), choices)
    if detail["loc"] and detail["loc"][-1] == "[key]":
        remedy = "Use letters, digits, '.', '_' and '-', beginning with a letter or digit"
        return marks.key_mistake(place.location, "an id of at most 80 characters", remedy)
    expected, remedy = _EXPECTED.get(kind, (detail["msg"], "Correct the value"))
    return marks.mistake(place.location, expected.format_map(context), remedy)


def _missing(marks: Marks, place: Place) -> Mistake:
    line, column = marks.at(place.location)
    key = place.location[-1]
    name = field_name(place.location)
    remedy = f"Add '{key}: ...' here"
    return Mistake(marks.file, line, column, name, "", "this field, it is missing", remedy)


def _choice(marks: Marks, location: Location, value: str, choices: list[str]) -> Mistake:
    remedy = suggestion(value, choices) or "Use one of them"
    return marks.mistake(location, one_of(choices), remedy)


def _choices(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


_NUMBER = ("a finite number", "Write a number such as 1036 or 0.4, without quotes, commas or units")
_TEXT = ("text", "Write text; put a number that is meant as text in quotes")
_PATTERN = ("an id", "Use letters, digits, '.', '_' and '-', beginning with a letter or digit")
_EXPECTED: dict[str, tuple[str, str]] = {
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": ("a whole number", "Write digits only"),
    "int_parsing": ("a whole number", "Write digits only"),
    "int_from_float": ("a whole number", "Write digits only"),
    "bool_type": ("true or false", "Write true or false"),
    "bool_parsing": ("true or false", "Write true or false"),
    "string_type": _TEXT,
    "string_too_short": ("some text, found none", "Fill it"),
    "string_pattern_mismatch": _PATTERN,
    "greater_than": ("a number above {gt:g}", "Correct the figure or its unit"),
    "greater_than_equal": ("a number of at least {ge:g}", "Correct the figure or its unit"),
    "less_than": ("a number below {lt:g}", "Correct the figure or its unit"),
    "less_than_equal": ("a number of at most {le:g}", "Correct the figure or its unit"),
    "too_short": ("at least {min_length} entries, found {actual_length}", "Add what is missing"),
    "too_long": ("at most {max_length} entries, found {actual_length}", "Remove the others"),
    "dict_type": ("a mapping of 'name: value' lines", "Indent its entries below it"),
    "model_type": ("a mapping of 'name: value' lines", "Indent its fields below it"),
    "model_attributes_type": ("a mapping of 'name: value' lines", "Indent its fields below it"),
    "list_type": ("a list", "Write it as [a, b], or one '- ' line per entry"),
    "tuple_type": ("a list", "Write it as [a, b], or one '- ' line per entry"),
}
