"""What the reconstruction takes for granted, each number with its reason.

Every constant here is `judgement` unless it says otherwise, is the same for both sides and for
every war, and is part of the address under which results are cached. None was tuned to a known
outcome.
"""

from dataclasses import dataclass
from typing import Final

NINETY: Final = 1.6448536269514722
"""Half-width of a 90 % interval in standard deviations: how stated intervals are read."""


@dataclass(frozen=True)
class Settings:
    """Constants of the model and of its fit."""

    # --- the ground ---------------------------------------------------------------------------
    ground_tail: float = 1.5
    """Degrees of freedom of weekly changes of control: most weeks nothing moves, in some a front
    collapses. A Gaussian walk would either smooth a collapse away or blur every quiet week."""
    ground_step_share: float = 1e-4
    """Prior scale of a weekly change of control, as a share of the sector's area."""

    least_level_share: float = 2e-4
    """How far a path may err below zero, as a share of what there is to take: rounding, drawing."""
    trend_memory: float = 0.95
    """Share of the pace of control that is left after a week: half in 14 weeks. Rival: no pace, a
    plain random walk, to which a front that creeps one way for a year is a surprise every week, so
    that it lays the creep on the common drift of all maps' biases."""
    turn_share: float = 1e-5
    """Prior scale of a weekly change of the pace, as a share of the sector's area a week."""

    # --- losses -------------------------------------------------------------------------------
    rate_tail: float = 4.0
    """Degrees of freedom of weekly changes of the rate of losses."""
    rate_step_share: float = 0.05
    """Prior scale of a weekly change of the rate of losses, as a share of the usual rate."""
    rate_memory: float = 0.98
    """Share of the rate's distance from the usual that is left after a week: half in 34 weeks.
    Rival: a random walk. Where nothing was published for a year it wanders far below zero."""
    least_rate_error: float = 0.05
    """How far a weekly rate may err below zero, as a share of the usual rate."""
    rate_spread: float = 0.5
    """Standard deviation of the first week's rate, as a share of the usual rate."""
    usual_rate_log_sd: float = 0.8
    """Standard deviation of the log of a side's usual weekly rate around what all published
    figures about either side, pooled, suggest."""
    fallback_casualties_per_week: float = 1000.0
    """Usual weekly casualties where nobody has published any figure of losses."""
    deaths_per_casualty: float = 0.25
    """Takes the usual rate of one kind of loss from the other where only that was published."""

    # --- reports ------------------------------------------------------------------------------
    report_tail: float = 4.0
    """Degrees of freedom of the noise of reports."""
    noise_scale: float = 0.25
    """Prior scale of a source's noise from report to report, in units of its figure interval,"""
    noise_weight: float = 6.0
    """and degrees of freedom of its prior: an interval is a judgement, but it means something. With
    a loose prior a source's noise grows until its reports of a whole campaign are errors."""
    bias_start: float = 0.7
    """Standard deviation of the drifting bias at the start, in units of the figure interval:
    with `noise_scale`, the interval is about half lasting error and half passing error."""
    spread_weight: float = 4.0
    """Degrees of freedom of the prior of the factor by which the biases' starts are wider than
    stated, one factor for all maps of a sector, around 1. Where maps disagree by more than their
    intervals allow, all of them become less sure (as in the Birge ratio of metrology): rival, each
    source its own factor, would settle the quarrel by outvoting whoever disagrees."""
    bias_drift: float = 0.08
    """Prior scale of the bias's weekly step in the same units: about half an interval in a year."""
    redraw_jump: float = 5.0
    """Standard deviation of the jump that a listed redraw allows, in the same units."""
    prior_weight: float = 2.0
    """Degrees of freedom of the scaled inverse chi-square priors of the other squared scales,"""
    drift_weight: float = 10.0
    """and of that of the biases' steps: slow is what a bias is. With a loose prior the biases of
    all maps drift together, and a front that collapses becomes an error of every map."""
    copy_share: float = 0.3
    """A dependent source's own proportional bias is at least this share of its whole bias."""
    least_share: float = 1e-4
    """Least standard deviation of a proportional bias."""
    least_width: float = 0.5
    """Least standard deviation of a figure, in its unit: figures are rounded."""
    regular_rows: int = 26
    """From so many figures on (half a year of weeks), a source's noise in a series is learnt. From
    fewer little is learnt, and where two maps quarrel over some weeks, either could be called noisy
    and the posterior falls apart in two. Fewer figures have the prior's root mean square noise;"""
    lasting_rows: int = 8
    """from so many on, its own drifting bias there."""
    usual_weeks: int = 13
    """The drifting bias acts on the mean of the source's figures of so many weeks before,"""
    usual_factor: float = 2.0
    """or on the figure itself if that is by this factor larger or smaller."""

    # --- the fit ------------------------------------------------------------------------------
    islands: int = 8
    """Groups of particles that never exchange anything: what R-hat compares."""
    island_particles: int = 8
    first_sweeps: int = 60
    """Sweeps at the first rung, from starting values drawn from the priors."""
    kept: int = 3
    """Times that the path is kept at every rung: 64 particles x 3 = 192 draws."""
    sweeps_a_round: int = 2
    """Sweeps from one kept path to the next."""
    scale_moves: int = 6
    """Moves of the scales, with the path integrated out, before each path."""
    refit_sweeps: int = 12
    """Sweeps before the kept ones where a figure was changed."""
    resample_below: float = 0.5
    """Resample a series on an island when its effective sample size falls below this share."""

    @property
    def usual_noise(self) -> float:
        """Root mean square of the prior of noise, in units of the figure interval."""
        return float(self.noise_scale * (self.noise_weight / (self.noise_weight - 2)) ** 0.5)

    @property
    def particles(self) -> int:
        """Particles in all."""
        return self.islands * self.island_particles


DEFAULT: Final = Settings()
