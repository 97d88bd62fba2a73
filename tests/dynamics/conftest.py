from collections.abc import Callable

import pytest

from kadesh.dynamics import advance
from kadesh.dynamics.engine import compiled as engine
from kadesh.war import War
from wars_in_memory import toy_war


@pytest.fixture(scope="session")
def make_war() -> Callable[..., War]:
    return toy_war


@pytest.fixture(scope="session")
def war() -> War:
    return toy_war()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few they are, runs are worked compiled."""
    monkeypatch.setattr(advance, "NUMPY_WORK", 0)


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are, runs are worked by NumPy."""
    monkeypatch.setattr(advance, "NUMPY_WORK", 10**12)
    monkeypatch.setattr(engine, "is_loaded", lambda: False)


@pytest.fixture(params=["compiled", "uncompiled"])
def either_way(request: pytest.FixtureRequest) -> str:
    """Once compiled, once by NumPy."""
    request.getfixturevalue(request.param)
    return str(request.param)
