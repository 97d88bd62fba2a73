from collections.abc import Callable

import pytest

from kadesh.war import War
from wars_in_memory import toy_war


@pytest.fixture(scope="session")
def make_war() -> Callable[..., War]:
    return toy_war


@pytest.fixture(scope="session")
def war() -> War:
    return toy_war()
