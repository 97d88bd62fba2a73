r"""Settlements that bind only as long as both sides would rather keep them.

After a settlement in state $s$ the war rests, but power moves on by the transition of peace
(demobilisation, rearmament, aid that ends). In every later period either side may break the
settlement at a cost $G_i$ and fight on from the state then reached. A share $x_i$ is kept by side
$i$ from period $t$ on only if it is at least

$$K_i(t,s) = \max\big(\rho_i(F_i(t,s) - G_i),\ \max_{s' : P(s,s')>0} K_i(t+1,s')\big),$$

$\rho_i$ the smallest share worth that much (leader's stake included), and a deal at $t$ has to give
each side $\max_{s'} K_i(t+1,s')$ besides its floor. Fighting on is worth what it is because later
settlements are bounded in the same way, so the recursion is nested in that of the values. At the
horizon the war is frozen and nobody can break anything.

The share is fixed when agreed and never paid again; `kadesh.bargaining.exact.peace` has the rival,
peace with a new transfer in every period. In the spirit of Fearon (1995) and Powell (2006).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.moves import Transition


@dataclass(frozen=True, eq=False)
class Commitment:
    """How power moves after a settlement, and what breaking it costs each side, in shares."""

    peace: Transition
    guarantee: tuple[float, float] = (0.0, 0.0)

    def later(self, kept: Float[np.ndarray, "side *state"]) -> Float[np.ndarray, "side *state"]:
        """Largest of `kept` among the states that peace may lead to next period."""
        shape = kept.shape[1:]
        moves = self.peace.matrix(shape)
        moves.eliminate_zeros()
        flat = kept.reshape(2, -1)
        largest = np.full_like(flat, -np.inf)
        leads = np.diff(moves.indptr) > 0
        if leads.any():
            starts = moves.indptr[:-1][leads]
            largest[:, leads] = np.maximum.reduceat(flat[:, moves.indices], starts, axis=1)
        return largest.reshape(kept.shape)
