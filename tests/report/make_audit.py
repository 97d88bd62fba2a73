"""Audits with invented numbers, to look at and to test the report. Never results of Kadesh.

python tests/report/make_audit.py OUT    # OUT/river.html (fictional war), OUT/size.html (large)
"""

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kadesh.report import write_report
from kadesh.war import War, load_war, write_new_war

VERDICTS = ("supported", "contradicted", "depends", "not testable")
FRICTIONS = ("commitment", "conditional_subsidy", "differing_beliefs", "leader_stake", "no_channel")
SENTENCES = {
    "supported": "On the figures at hand this held: the land in question lay well above the mark.",
    "contradicted": "On the figures at hand this did not hold: the change went the other way.",
    "depends": "Whether this held turns on how fast a side could have raised new units.",
    "not testable": "",
}
TEXTS = (
    "The crossing at the old bridge came as a surprise",
    "Eastmark claimed more than 400 square miles of the west bank within a month",
    "After the first shock the gains slowed to a halt, and neither side could move the line "
    "by more than a few villages before the autumn rains, whatever either staff said of it",
    "The League's ships ended the shortage of shells, but money cannot cure a shortage of soldiers",
    "Late spring was the best moment to talk",
    "The king should have listened to his ministers",
)


def make_audit(war: War, *, claims: int = 8, dates: int = 7, seed: int = 0) -> dict[str, Any]:
    """An audit of an invented article on `war` that fulfils the contract."""
    random = np.random.default_rng(seed)
    weeks = [str(week)[:10] for week in war.weeks.to_numpy()]
    return {
        "format": 1,
        "kadesh_version": "0.1.0",
        "war": _war(war),
        "article": {
            "file": "invented.yaml",
            "title": "The bridge and the bargain: an invented article to test the report with",
            "published": str(war.start + timedelta(days=150)),
            "about": "A commentary nobody wrote. Every number on this page is drawn at random.",
        },
        "provenance": {
            "kadesh_version": "0.1.0",
            "data_hash": "0123456789abcdef" * 4,
            "claims_hash": "fedcba9876543210" * 4,
            "code_hash": "00112233445566778899aabbccddeeff" * 2,
            "seed": seed,
            "settings": {"draws": 192, "runs": 256},
            "environment": {"python": "3.11", "numpy": "2.4", "numba": "0.68", "platform": "cpu"},
            "command": f"kadesh audit {war.name} invented --seed {seed}",
        },
        "claims": [_claim(war, number, random) for number in range(1, claims + 1)],
        "leverage": _leverage(war, dates, random),
        "solver": {
            "exact_comparison": {
                "largest_share_error": 0.0123,
                "mean_share_error": 0.0041,
                "chain": "drifting war, 21 states",
            },
            "notes": ["Continuation values are regressed on eleven features."],
        },
        "control": _control(war, weeks, random),
        "losses": _losses(war, weeks, random),
        "claimed": _claimed(war, random),
        "sources": [
            {
                "id": source.id,
                "name": source.name,
                "kind": source.kind,
                "aligned_with": source.aligned_with,
                "grade": source.grade,
                "depends_on": list(source.depends_on),
                "licence": source.licence,
                "url": source.url,
                "rows_used": int(random.integers(0, 900)),
            }
            for source in war.sources.values()
        ],
        "diagnostics": {
            "fusion": {
                "vantages": [
                    {"as_of": str(war.end), "ess": 133.4, "draws": 192, "rows": 1840},
                ],
                "r_hat_max": 1.013,
                "ess_min": 133.4,
            }
        },
        "notes": [
            "Joint changes of two assumptions are not ruled out by a flip certificate.",
            "A sector is one number: where in the sector the line runs is not reckoned.",
        ],
    }


def _war(war: War) -> dict[str, Any]:
    return {
        "name": war.name,
        "title": war.title,
        "start": str(war.start),
        "end": str(war.end),
        "sides": [{"id": side.id, "name": side.id} for side in war.sides],
        "sectors": [
            {
                "id": sector.id,
                "name": sector.name,
                "home": sector.home,
                "area_km2": sector.area_km2,
                "held_before_km2": sector.held_before_km2,
                "map_units": list(sector.map_units),
            }
            for sector in war.sectors
        ],
    }


def _claim(war: War, number: int, random: np.random.Generator) -> dict[str, Any]:
    count = 1 + number % 3
    readings = [_reading(war, "abc"[k], number + k * (number % 2), random) for k in range(count)]
    testable = {r["verdict"] for r in readings} - {"not testable"}
    verdict = (
        "not testable" if not testable else testable.pop() if len(testable) == 1 else "depends"
    )
    return {
        "id": f"K{number:02d}",
        "text": TEXTS[number % len(TEXTS)],
        "verdict": verdict,
        "readings": readings,
    }


def _reading(war: War, key: str, number: int, random: np.random.Generator) -> dict[str, Any]:
    verdict = VERDICTS[number % 4]
    basis = ("record", "model", "statement")[number % 3]
    p = {"supported": 0.96, "contradicted": 0.03, "depends": 0.58}.get(verdict)
    if basis == "statement":
        p = None
    first, second = war.side_ids
    return {
        "id": key,
        "text": f"Land that {first} held in sectors of {second} was at least 1,036 km2 one day.",
        "kind": "untestable" if verdict == "not testable" else "measurement",
        "verdict": verdict,
        "p": p,
        "p_error": None if p is None else 0.0137,
        "p_by_power": {"0.3": max(p - 0.1, 0), "0.7": min(p + 0.03, 1)}
        if p and basis == "model"
        else None,
        "basis": basis,
        "as_of": str(war.start + timedelta(days=120)) if number % 2 else None,
        "sentence": SENTENCES[verdict],
        "reason": "No figure says what the other side counted on."
        if verdict == "not testable"
        else None,
        "figures": [] if verdict == "not testable" else _figures(war, random),
        "sources": _cited(war, number),
        "flips": _flips(number) if p is not None else [],
        "ablation": [
            {"without": side, "verdict": "depends", "p": 0.55, "rows_left": 120, "rows_all": 900}
            for side in war.side_ids
        ]
        if number % 4 == 1
        else [],
    }


def _figures(war: War, random: np.random.Generator) -> list[dict[str, Any]]:
    middle = float(random.uniform(400, 4000))
    named = ("Largest land held", "Land held plus contested", "Chance that the limit was passed")
    units = ("km2", "km2", "share")
    return [
        {
            "name": name,
            "value": 0.83 if unit == "share" else round(middle * (1 + k / 3), 1),
            "low": None if unit == "share" else round(middle * (1 + k / 3) * 0.9, 1),
            "high": None if unit == "share" else round(middle * (1 + k / 3) * 1.14, 1),
            "unit": unit,
            "date": str(war.start + timedelta(days=90 + k)) if k < 2 else None,
            "source": None if k != 1 else next(iter(war.sources)),
        }
        for k, (name, unit) in enumerate(zip(named, units, strict=True))
    ]


def _cited(war: War, number: int) -> list[dict[str, Any]]:
    stances = ("says", "contrary", "figure")
    picked = list(war.sources.values())[: 1 + number % 4]
    return [
        {
            "id": source.id,
            "row": f"ST{k + 10:03d}",
            "text": "The spokesman named a figure and said that the operation went to plan.",
            "url": source.url,
            "date": str(war.start + timedelta(days=100 + k)),
            "grade": source.grade,
            "aligned_with": source.aligned_with,
            "stance": stances[k % 3],
        }
        for k, source in enumerate(picked)
    ]


def _flips(number: int) -> list[dict[str, Any]]:
    first = {
        "what": "the share of reserves that a side can move within a month",
        "kind": "assumption",
        "from": 0.6,
        "to": 0.4,
        "distance": 0.25,
        "inside": True,
        "p_low": 0.97,
        "p_high": 0.71,
        "unit": "share",
        "verdict_after": "depends",
    }
    second = {
        "what": "slowed to a halt (land gained per day)",
        "kind": "threshold",
        "from": 5.0,
        "to": 13.5,
        "distance": 1.4,
        "inside": False,
        "p_low": 0.9,
        "p_high": 0.2,
        "unit": "km2_per_day",
        "verdict_after": "contradicted",
    }
    none = {
        **second,
        "kind": "figure",
        "what": "of the River Map on 4 June 2001",
        "to": None,
        "distance": None,
    }
    central = {**first, "distance": 0.0, "to": 0.6}
    return [[first, second, none], [second], [central, first], [none]][number % 4]


def _wander(length: int, start: float, step: float, random: np.random.Generator) -> np.ndarray:
    return start + np.cumsum(random.normal(0, step, length))


def _series(
    middle: np.ndarray, width: np.ndarray | float, digits: int = 4
) -> dict[str, list[float]]:
    ends = {"median": middle, "low": middle - width, "high": middle + width}
    return {name: np.round(values, digits).tolist() for name, values in ends.items()}


def _leverage(war: War, dates: int, random: np.random.Generator) -> dict[str, Any]:
    span = (war.end - war.start).days - 30
    days = [war.start + timedelta(days=30 + round(span * k / (dates - 1))) for k in range(dates)]
    first, second = war.side_ids
    share = np.clip(_wander(dates, 0.45, 0.03, random), 0.2, 0.8)
    width = _wander(dates, 0.06, 0.05, random)
    floors = share - 0.5 * width, 1 - share - 0.5 * width
    exists = np.clip(0.5 + width * 4, 0.02, 0.98)
    deal = np.clip(exists - 0.3, 0.01, 0.9)
    blocking = []
    for _ in days:
        picks = random.dirichlet(np.ones(4))
        sets = [[FRICTIONS[k], FRICTIONS[k + 1]] if k % 2 else [FRICTIONS[k]] for k in range(4)]
        rows = [
            {"frictions": s, "probability": round(float(p), 3)}
            for s, p in zip(sets, picks, strict=True)
        ]
        blocking.append(sorted(rows, key=lambda row: -float(row["probability"])))  # type: ignore[arg-type]
    thirds = ["talks"] * (dates // 6 + 1) + ["none"] * (dates // 2) + ["indirect talks"] * dates
    return {
        "dates": [str(day) for day in days],
        "share": {first: _series(share, 0.12), second: _series(1 - share, 0.12)},
        "floor": {first: _series(floors[0], 0.09), second: _series(floors[1], 0.09)},
        "width": _series(width, 0.1),
        "range_exists_probability": np.round(exists, 3).tolist(),
        "deal_probability": np.round(deal, 3).tolist(),
        "channel": thirds[:dates],
        "blocking": blocking,
        "bargaining_power": {
            "0.3": np.round(share - 0.2 * np.abs(width), 4).tolist(),
            "0.7": np.round(share + 0.2 * np.abs(width), 4).tolist(),
        },
        "solver_error_share": [0.006] * dates,
    }


def _control(war: War, weeks: list[str], random: np.random.Generator) -> dict[str, Any]:
    count = len(weeks)
    sectors: dict[str, Any] = {}
    total = {side: np.zeros(count) for side in war.side_ids}
    for sector in war.sectors:
        room = sector.area_km2 - sector.held_before_km2
        peak, turn = random.uniform(0.02, 0.5), random.integers(2, count // 2)
        rise = np.minimum(np.arange(count) / turn, 1) * peak * room
        fade = 1 - 0.4 * np.maximum(np.arange(count) - turn, 0) / count
        held = rise * fade
        sectors[sector.id] = {
            "held": _series(held, 0.05 * held, 1),
            "contested": _series(0.06 * held, 0.02 * held, 1),
        }
        total[war.intruder(sector.id)] += held + sector.held_before_km2
    return {
        "as_of": str(war.end),
        "weeks": weeks,
        "sectors": sectors,
        "total": {side: _series(values, 0.04 * values, 1) for side, values in total.items()},
    }


def _losses(war: War, weeks: list[str], random: np.random.Generator) -> dict[str, Any]:
    sides = {}
    for side in war.side_ids:
        casualties = np.cumsum(random.gamma(4, 800, len(weeks)))
        sides[side] = {
            "casualties_persons": _series(casualties, 0.2 * casualties, 0),
            "deaths_persons": _series(casualties * 0.28, 0.06 * casualties, 0),
        }
    return {"weeks": weeks, "sides": sides}


def _claimed(war: War, random: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    quantities = ("casualties_persons", "deaths_persons", "held_km2")
    for k, source in enumerate(war.sources.values()):
        middle = float(random.normal(0.1, 0.5))
        rows.append(
            {
                "source": source.id,
                "name": source.name,
                "aligned_with": source.aligned_with,
                "quantity": quantities[k % 3],
                "side": war.side_ids[k % 2],
                "bias_share": round(max(middle, -0.7), 3),
                "low": round(max(middle - 0.2, -0.8), 3),
                "high": round(max(middle + 0.25, -0.6), 3),
                "rows": int(random.integers(1, 400)),
            }
        )
    return rows


def main(out: Path) -> None:
    """Write both audits and their reports below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        river = load_war(write_new_war(Path(folder) / "war"))
        large = load_war("ukraine-2022")
        for name, war, claims, dates in (("river", river, 8, 7), ("size", large, 32, 42)):
            audit = make_audit(war, claims=claims, dates=dates)
            (out / f"{name}.json").write_text(json.dumps(audit, indent=1))
            path = write_report(audit, war, out / f"{name}.html")
            print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
