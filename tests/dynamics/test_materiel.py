import numpy as np
import pytest

from kadesh.dynamics.mechanisms.materiel import (
    MaterielParams,
    combined_log,
    materiel_multiplier_log,
)


def force(manpower: float, materiel: float, elasticity: float, weight: float = 0.5) -> float:
    """Effective force in float64."""
    log_ratio = np.log(np.array([materiel / manpower]))
    log_force = combined_log(log_ratio, np.array([weight]), np.array([elasticity]))
    return float(manpower * np.exp(log_force)[0])


def multiplier_log(materiel_eur: float, persons: float, elasticities: list[float]) -> np.ndarray:
    """At a reference of 1 EUR a person and equal weights, in the campaign's precision."""
    runs = len(elasticities)
    params = MaterielParams(
        substitution_elasticity=np.array(elasticities, np.float32),
        manpower_weight=np.full(runs, 0.5, np.float32),
        reference_materiel_eur_per_person=np.ones(runs, np.float32),
        materiel_use_per_week=np.zeros(runs, np.float32),
        production_eur_per_week=np.zeros((2, runs), np.float32),
    )
    eur, people = (np.full((2, runs), number, np.float32) for number in (materiel_eur, persons))
    # A factor that is missing overflows to minus infinity, as `combined_log` says.
    with np.errstate(over="ignore"):
        return np.asarray(materiel_multiplier_log(eur, people, params))


@pytest.mark.parametrize(
    ("elasticity", "base", "more_materiel", "more_manpower"),
    [
        (0.2, 0.585660, 1.01428, 1.70748),
        (0.5, 0.666667, 1.2, 1.5),
        (1.0, np.sqrt(0.5), np.sqrt(2), np.sqrt(2)),
    ],
)
def test_doubling_a_factor_has_the_stated_effect(
    elasticity: float, base: float, more_materiel: float, more_manpower: float
) -> None:
    """C2: M = .5, K = 1, f = .5."""
    before = force(0.5, 1.0, elasticity)
    assert before == pytest.approx(base, abs=1e-6)
    assert force(0.5, 2.0, elasticity) / before == pytest.approx(more_materiel, abs=1e-5)
    assert force(1.0, 1.0, elasticity) / before == pytest.approx(more_manpower, abs=1e-5)


def test_materiel_has_six_percent_of_the_marginal_effect_near_leontief() -> None:
    """C2: es = .2; share of K in M dY/dM + K dY/dK."""
    step = 1e-6
    base = force(0.5, 1.0, 0.2)
    by_materiel = force(0.5, 1.0 + step, 0.2) - base
    by_manpower = force(0.5 * (1 + step), 1.0, 0.2) - base
    assert by_materiel / (by_materiel + by_manpower) == pytest.approx(0.059, abs=5e-4)


def test_elasticity_one_is_met_smoothly() -> None:
    values = [force(0.5, 1.7, 1 + e) for e in (-2e-3, -5e-4, -1e-9, 0.0, 1e-9, 5e-4, 2e-3)]
    np.testing.assert_allclose(values, np.sqrt(0.5 * 1.7), rtol=5e-4)
    assert np.all(np.diff(values) >= -1e-12)


def test_equal_factors_make_their_own_size_at_any_elasticity() -> None:
    for elasticity in (0.05, 0.3, 0.999, 1.0, 1.001, 4.0):
        assert force(3.0, 3.0, elasticity, 0.37) == pytest.approx(3.0, rel=1e-12)


def test_one_of_a_side_at_the_reference_equipment_is_worth_one() -> None:
    elasticities = [0.05, 0.3, 0.999, 1.0, 1.001, 4.0]
    np.testing.assert_array_equal(multiplier_log(3e5, 3e5, elasticities), 0.0)


def test_no_materiel_at_all_is_no_force_below_elasticity_one() -> None:
    none = np.exp(multiplier_log(0.0, 1.0, [0.2, 2.0]))
    np.testing.assert_allclose(none, [[0.0, 0.25]] * 2, atol=1e-6)
