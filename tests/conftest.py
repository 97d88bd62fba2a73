"""Every test runs with shapes and types checked, and without a user's cache."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

os.environ.setdefault("JAX_PLATFORMS", "cpu")

with install_import_hook("kadesh", "beartype.beartype"):
    import kadesh  # noqa: F401

# A busy machine is no mistake: speed is measured in benchmarks/, never in a test.
# The same examples on every run, so that a failure is a change of ours; new ones are drawn with
# `pytest --hypothesis-profile=explore`.
settings.register_profile("kadesh", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=300)
settings.load_profile("kadesh")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of raw tables, where a developer has one beside the checkout."""
    if not (SHARED / "data" / "ukraine").is_dir():
        pytest.skip("no ../shared beside this checkout: the raw tables are not shipped")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep results of the test run apart from a user's cache."""
    if "KADESH_CACHE" not in os.environ:
        os.environ["KADESH_CACHE"] = str(tmp_path_factory.mktemp("cache"))
