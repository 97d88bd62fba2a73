"""Follow pydantic's error location through a model to the place in the file.

pydantic adds the chosen member of a union to the location (`readings, 0, trend, sector`); the file
has no such step. Walking the model's types beside the location tells the two apart.
"""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from kadesh.war.yaml_marks import Location


@dataclass(frozen=True)
class Place:
    """A place in a file: its location, the location above it, and the model it is a field of."""

    location: Location
    above: Location
    parent: type[BaseModel] | None


def place_of(model: type[BaseModel], tree: Any, steps: Location) -> Place:
    """The place that pydantic's location `steps` means in a file read as `model`."""
    kind: Any = model
    location: Location = ()
    parent: type[BaseModel] | None = None
    for step in steps:
        kind = _without_annotations(kind)
        origin = get_origin(kind)
        if step == "[key]":
            break
        if origin in {Union, UnionType}:
            kind = _member(kind, step)
            continue
        location = (*location, step)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            parent = kind
            kind = _field_type(kind, str(step))
        else:
            kind = _item_type(kind, origin, step)
    return Place(location, location[:-1], parent)


def allowed_fields(model: type[BaseModel] | None) -> list[str]:
    """The keys that may be written in a mapping read as `model`."""
    if model is None:
        return []
    return sorted(entry.alias or name for name, entry in model.model_fields.items() if name != "id")


def _without_annotations(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in {Union, UnionType}:
        members = [member for member in get_args(kind) if member is not type(None)]
        if len(members) == 1:
            return _without_annotations(members[0])
    return kind


def _field_type(model: type[BaseModel], name: str) -> Any:
    for key, entry in model.model_fields.items():
        if name in {key, entry.alias}:
            # An optional union carries its discriminator here; the members are what counts.
            return entry.annotation
    return Any


def _item_type(kind: Any, origin: Any, step: str | int) -> Any:
    arguments = get_args(kind)
    if origin is dict:
        return arguments[1]
    if origin is tuple and isinstance(step, int) and Ellipsis not in arguments:
        return arguments[step] if step < len(arguments) else Any
    return arguments[0] if arguments else Any


def _member(kind: Any, step: str | int) -> Any:
    """The member of a union that pydantic named in its location: by tag, else by type name."""
    members = [_without_annotations(member) for member in get_args(kind)]
    for member in members:
        if isinstance(member, type) and issubclass(member, BaseModel):
            if member.__name__ == step:
                return member
            for entry in member.model_fields.values():
                annotation = _without_annotations(entry.annotation)
                if get_origin(annotation) is Literal and step in get_args(annotation):
                    return member
    return next((member for member in members if str(step) in _names(member)), Any)


def _names(kind: Any) -> set[str]:
    named = {str: "str", float: "float", int: "int", bool: "bool"}
    origin = get_origin(kind) or kind
    return {named.get(origin, ""), str(kind), getattr(origin, "__name__", "")}
