"""Losses by claimer, named dead, equipment seen lost, aid by month."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ukraine_2022.rows import (
    Observation,
    day,
    link_day,
    month_end,
    number,
    optional,
    read,
    spread,
)

_QUANTITY = {"deaths": "deaths_persons", "casualties": "casualties_persons"}

# Claimer of loss_estimates.csv: source of sources.yaml. One government is one source.
_CLAIMERS = {
    "Armed Forces of Ukraine": "ua_general_staff",
    "BBC Russia": "bbc_russian",
    "CIA": "us_officials",
    "CSIS": "csis",
    "Excess deaths estimate (D. Kobak)": "excess_deaths",
    "French foreign minister": "french_government",
    "IISS": "iiss",
    "Lostarmour": "lostarmour",
    "Mediazona; Meduza": "meduza_estimate",
    "NATO nations (via NYT)": "nato_officials",
    "NATO officials (via WP)": "nato_officials",
    "Norwegian Defense Intelligence": "norwegian_intelligence",
    "Office of the President of Ukraine": "ua_government",
    "Pentagon leak": "us_officials",
    "Russian Ministry of Defense": "ru_mod",
    "The Centre for Strategic and International Studies": "csis",
    "The Memory Book": "memory_book",
    "UAlosses": "ualosses",
    "UK Foreign ministry": "uk_mod",
    "UK Ministry of Defence": "uk_mod",
    "UK MoD": "uk_mod",
    "US DoD": "us_officials",
    "US intelligence services": "us_officials",
    "US officials (via NYT)": "us_officials",
    "US officials (via The Economist)": "us_officials",
    "US Sec of Def": "us_officials",
    "Ukrainian estimate (leak via WSJ)": "ua_leak",
    "Western intelligence agencies (via WSJ)": "nato_officials",
    "Yurii Butosov": "butusov",
}
# Lists count only the names found: the figure is a floor, its upper figure adds the missing.
_LISTS = frozenset({"lostarmour", "memory_book", "ualosses"})
# The total is the claimer's daily count, which is in the daily table already.
_IN_DAILY_COUNT = ("ua_general_staff", "casualties")
# Figures a compiler was sent for an article of 5 July 2024.
_SENT_BY_MAIL = date(2024, 7, 5)
_LIST_DELAY = timedelta(days=14)


def general_staff(raw: Path) -> Iterator[Observation]:
    """The Ukrainian General Staff's count of Russian losses, on Sundays."""
    for row in read(raw / "losses_russia_claimed_by_ua_general_staff_daily.csv"):
        when = day(row["date"])
        if when.weekday() == 6:
            count = float(row["personnel"])
            yield Observation(
                when, "ua_general_staff", "casualties_persons", "Russia", "persons", count
            )


def estimates(raw: Path) -> Iterator[Observation]:
    """Dated totals of deaths and casualties, each with the claimer as its source."""
    for row in read(raw / "loss_estimates.csv"):
        source = _CLAIMERS[row["source"]]
        if (source, row["quantity"]) == _IN_DAILY_COUNT:
            continue
        low, value, high = (optional(row[name]) for name in ("low", "value", "high"))
        note = "" if row["source"] in {"UK MoD", "UAlosses"} else row["source"]
        if source in _LISTS:
            listed = low if low is not None else value
            if listed is None:
                raise ValueError(f"no count in {row}")
            if high is not None:
                note = f"{number(high, 0)} with the missing"
            figures: tuple[float, float | None, float | None, str] = listed, None, None, "at_least"
        else:
            given = spread(low, value, high)
            if given is None:
                raise ValueError(f"no figure in {row}")
            figures = given
        when, published, remark = _dates(row)
        yield Observation(
            when,
            # UK statements on deaths are estimates of its own; its casualties follow Kyiv's count.
            "uk_deaths" if (source, row["quantity"]) == ("uk_mod", "deaths") else source,
            _QUANTITY[row["quantity"]],
            row["about"],
            "persons",
            figures[0],
            figures[1],
            figures[2],
            form=figures[3],
            published=published,
            note="; ".join(part for part in (note, remark) if part),
        )


def _dates(row: dict[str, str]) -> tuple[date, date | None, str]:
    """The day described, the day of publication where its link shows it, and a remark."""
    when = day(row["date"])
    if "via email" in row["source_url"]:
        return when, max(when, _SENT_BY_MAIL), ""
    public = link_day(row["source_url"])
    if public is None:
        return when, None, ""
    if public < when:
        # A figure cannot describe a day after the page that states it.
        return public, public, f"dated {when} in the compilation, by its link {public}"
    return when, public, ""


def named_dead(raw: Path) -> Iterator[Observation]:
    """Names found by the end of a year, counted by week of death, at the end of each quarter.

    The latest release is left out: it knows what nobody knew at the dates it describes.
    """
    by_list: dict[int, dict[date, float]] = defaultdict(dict)
    for row in read(raw / "deaths_russia_named_weekly.csv"):
        if row["as_of"].startswith("list as of end ") and row["named_deaths"]:
            year = int(row["as_of"].removeprefix("list as of end "))
            week_end = day(row["date"]) + timedelta(days=6)
            by_list[year][week_end] = float(row["named_deaths"])
    for year, weeks in sorted(by_list.items()):
        published = date(year, 12, 31) + _LIST_DELAY
        total = 0.0
        for when in sorted(weeks):
            total += weeks[when]
            ends_quarter = when.month % 3 == 0 and (when + timedelta(days=7)).month != when.month
            if ends_quarter and when <= date(year, 12, 31):
                yield Observation(
                    when,
                    "meduza_mediazona",
                    "deaths_persons",
                    "Russia",
                    "persons",
                    total,
                    form="at_least",
                    published=published,
                    note=f"names found by the end of {year}",
                    id=f"meduza_mediazona:deaths_persons:Russia::{when}:list-{year}",
                )


def equipment(raw: Path) -> Iterator[Observation]:
    """Equipment and tanks seen lost (all states together), cumulative by month listed."""
    by_month: dict[tuple[str, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for row in read(raw / "equipment_oryx_monthly.csv"):
        when = month_end(day(row["date"]))
        for column, quantity in (("items", "equipment_lost_items"), ("tanks", "tanks_lost_items")):
            by_month[row["about"], quantity][when] += float(row[column])
    for (side, quantity), months in sorted(by_month.items()):
        total = 0.0
        for when in sorted(months):
            total += months[when]
            yield Observation(when, "oryx", quantity, side, "items", total, form="at_least")


def aid(raw: Path) -> Iterator[Observation]:
    """Aid allocated by month, public two months after the month's end."""
    for row in read(raw / "aid_monthly_totals.csv"):
        when = month_end(day(row["date"]))
        published = month_end(month_end(when + timedelta(days=1)) + timedelta(days=1))
        for column, quantity in (
            ("military_bn_eur", "aid_military_eur_per_month"),
            ("total_allocations_bn_eur", "aid_total_eur_per_month"),
        ):
            yield Observation(
                when,
                "kiel_ust",
                quantity,
                "Ukraine",
                "billion_eur_per_month",
                round(float(row[column]), 3),
                published=published,
            )
