"""Error of the regression solver against the exact one, by number of simulated courses."""

import json
import time

from kadesh.bargaining.regression.comparison import compare_with_exact


def main() -> None:
    for runs in (2000, 4000, 8000):
        for seed in (0, 1):
            began = time.perf_counter()
            found = compare_with_exact(seed=seed, runs=runs)
            print(
                json.dumps(
                    {
                        "runs": runs,
                        "seed": seed,
                        "largest_share_error": round(found.largest_share_error, 4),
                        "mean_share_error": round(found.mean_share_error, 4),
                        "seconds": round(time.perf_counter() - began, 1),
                    }
                )
            )


if __name__ == "__main__":
    main()
