"""Learning and commitment: the reference value, and the peace recursion over a long horizon."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kadesh.errors import InputErrors
from kadesh.theory import solve

REFERENCE = {
    "discount": 0.9, "destroyed_share": 0.2, "share_now": 0.3, "share_strong": 0.7,
    "share_weak": 0.4,
}  # fmt: skip


def after_losses(prior: float, losses: int) -> float:
    """Belief that the riser is strong after battle losses (.6 likely if strong, .4 if weak)."""
    strong, weak = prior * 0.6**losses, (1 - prior) * 0.4**losses
    return strong / (strong + weak)


def test_the_threshold_at_the_reference_value() -> None:
    threshold = solve("learning-commitment", **REFERENCE).fight_threshold
    assert threshold == pytest.approx(0.703704, abs=5e-7)
    # Two losses are settled, the third makes the decliner fight.
    assert after_losses(0.5, 2) == pytest.approx(0.692308, abs=5e-7)
    assert after_losses(0.5, 3) == pytest.approx(0.771429, abs=5e-7)
    assert after_losses(0.5, 2) < threshold < after_losses(0.5, 3)


def fights(belief: float, values: dict[str, float], horizon: int = 600) -> bool:
    """Whether the decliner fights now, by the peace recursion from a far horizon back.

    From the next period on the riser's war value stays as it turns out; each period the decliner
    offers the least that the riser takes, if it can and if that beats war.
    """
    d, left = values["discount"], 1 - values["destroyed_share"]

    def war(share: float) -> float:
        return share * left / (1 - d)

    def later(share: float) -> tuple[float, float]:
        riser, decliner = war(share), war(1 - share)
        for _ in range(horizon):
            offer = max(0.0, war(share) - d * riser)
            peace = 1 - offer + d * decliner
            if offer <= 1 and peace >= war(1 - share):
                riser, decliner = offer + d * riser, peace
            else:
                riser, decliner = war(share), war(1 - share)
        return riser, decliner

    strong, weak = later(values["share_strong"]), later(values["share_weak"])
    riser = belief * strong[0] + (1 - belief) * weak[0]
    decliner = belief * strong[1] + (1 - belief) * weak[1]
    offer = max(0.0, war(values["share_now"]) - d * riser)
    return offer > 1 or 1 - offer + d * decliner < war(1 - values["share_now"])


@settings(max_examples=40, deadline=None)
@given(
    discount=st.floats(0.5, 0.95),
    destroyed=st.floats(0.0, 0.5),
    weak=st.floats(0.1, 0.5),
    gap=st.floats(0.05, 0.5),
    now=st.floats(0.0, 0.45),
    belief=st.floats(0.0, 1.0),
)
def test_the_peace_recursion_fights_above_the_threshold_only(
    discount: float, destroyed: float, weak: float, gap: float, now: float, belief: float
) -> None:
    assume(now <= discount * weak)
    values = {
        "discount": discount, "destroyed_share": destroyed, "share_now": now,
        "share_strong": weak + gap, "share_weak": weak,
    }  # fmt: skip
    threshold = solve("learning-commitment", **values).fight_threshold
    # The far horizon is discounted to below 1e-12 at .95 over 600 periods.
    assume(abs(belief - threshold) > 1e-6)
    assert fights(belief, values) == (belief > threshold)


def test_a_transfer_off_its_corner_is_refused_with_the_reason() -> None:
    with pytest.raises(InputErrors, match=r"share_now = 0\.4: .* at its corner"):
        solve("learning-commitment", **{**REFERENCE, "share_now": 0.4})
    with pytest.raises(InputErrors, match="above share_weak"):
        solve("learning-commitment", **{**REFERENCE, "share_strong": 0.4})
