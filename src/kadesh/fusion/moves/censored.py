"""Reports that bound a figure from one side: "at least" and "up to".

A report "at least L" is the event that the figure with its error, s + e, e ~ N(0, width^2), is
not below L; its probability is Phi((s - L) / width), and Phi((U - s) / width) for "up to U". The
sampler uses both the probability itself and the augmented form, in which s + e is an unknown.

Source:
    Albert & Chib 1993 for the augmentation. Rival: a hard bound s >= L; a published floor is itself
    a count with errors (doubles, wrong names), so a hard bound would claim too much.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy.special import log_ndtr, ndtri_exp


def log_chance(
    signal: Float[np.ndarray, "row particle"],
    limit: Float[np.ndarray, " row"],
    width: Float[np.ndarray, " row"],
    form: Int[np.ndarray, " row"],
) -> Float[np.ndarray, "row particle"]:
    """Log probability of each one-sided report given what it is about.

    Args:
        signal: The figure with its bias.
        limit: L or U.
        width: Standard deviation of the report's error.
        form: 1 for "at least", -1 for "up to".
    """
    return np.asarray(log_ndtr((form / width)[:, None] * (signal - limit[:, None])))


def augment(
    signal: Float[np.ndarray, "row particle"],
    limit: Float[np.ndarray, " row"],
    width: Float[np.ndarray, " row"],
    form: Int[np.ndarray, " row"],
    uniform: Float[np.ndarray, "row particle"],
) -> Float[np.ndarray, "row particle"]:
    """Draw s + e given that it is on the right side of the limit.

    With c the distance from s to the limit, e / width is a standard normal beyond c; it is drawn by
    inverting the distribution on the log scale, which holds far in the tail.
    """
    log_tail = log_ndtr((form / width)[:, None] * (signal - limit[:, None]))
    error = -ndtri_exp(np.log(uniform) + log_tail)
    return np.asarray(signal + (form * width)[:, None] * error)


def curvature(
    signal: Float[np.ndarray, "row particle"],
    limit: Float[np.ndarray, " row"],
    width: Float[np.ndarray, " row"],
    form: Int[np.ndarray, " row"],
) -> Float[np.ndarray, "row particle"]:
    """Minus the second derivative of the log chance by the signal: how much the report weighs.

    A one-sided report moves the posterior, for small changes of its limit, as an "about" report of
    variance 1 / curvature does.
    """
    distance = (form / width)[:, None] * (signal - limit[:, None])
    log_density = -0.5 * distance**2 - 0.5 * np.log(2 * np.pi)
    mills = np.exp(log_density - log_ndtr(distance))
    return np.asarray(mills * (distance + mills) / width[:, None] ** 2)
