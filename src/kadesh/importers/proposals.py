"""A source that sources.yaml lacks: one line that says so, with the entry to paste.

Biases and intervals in it are judgement, wide enough to begin with; change them to what is known.
"""

from typing import Final

from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import closest
from kadesh.war import War

DEFAULT_SOURCE: Final = {"deepstate": "deepstate", "ucdp-ged": "ucdp_ged", "acled": "acled"}

_ENTRIES: Final = {
    "deepstate": (
        "name: DeepState UA, kind: map, aligned_with: {stance}, lag_days: 1, "
        "scope: 'Areas of the daily map, summed over sectors', grade: A, "
        "bias_share: {{low: 0.01, central: 0.03, high: 0.06, source: judgement}}, "
        "figure_interval: {{share: 0.03, absolute: 15}}, "
        "url: 'https://deepstatemap.live', licence: 'none stated, own download'"
    ),
    "control": (
        "name: {id}, kind: map, aligned_with: {stance}, lag_days: 3, "
        "scope: 'Areas by sector', grade: B, "
        "bias_share: {{low: 0.02, central: 0.05, high: 0.1, source: judgement}}, "
        "figure_interval: {{share: 0.05, absolute: 20}}, url: 'file', licence: 'own download'"
    ),
    "losses": (
        "name: {id}, kind: tally, aligned_with: {stance}, lag_days: 1, "
        "scope: 'Cumulative losses', grade: B, "
        "bias_share: {{low: 0.1, central: 0.3, high: 0.6, source: judgement}}, "
        "figure_interval: {{share: 0.1, absolute: 500}}, url: 'file', licence: 'own download'"
    ),
    "ucdp-ged": (
        "name: UCDP Georeferenced Event Dataset, kind: tally, aligned_with: independent, "
        # A year is released in June of the next; candidate files come within 50 days.
        "lag_days: 540, scope: 'Events with at least one death; candidate files: lag_days 50', "
        "grade: A, bias_share: {{low: 0.1, central: 0.3, high: 0.6, source: judgement}}, "
        "figure_interval: {{share: 0.2, absolute: 5}}, revised_later: true, "
        "url: 'https://ucdp.uu.se/downloads', licence: CC BY 4.0"
    ),
    "acled": (
        "name: Armed Conflict Location and Event Data, kind: tally, aligned_with: independent, "
        "lag_days: 10, scope: 'Violent events; reported deaths, often estimates', grade: B, "
        "bias_share: {{low: 0.1, central: 0.4, high: 0.8, source: judgement}}, "
        "figure_interval: {{share: 0.3, absolute: 5}}, revised_later: true, "
        "url: 'https://acleddata.com', licence: 'terms of ACLED, own download'"
    ),
}


def missing_source(war: War, kind: str, source: str, occupier: str = "") -> InputErrors:
    """The mistake of a source that the war does not name, with the entry to paste."""
    file = str(war.folder / "sources.yaml")
    return InputErrors(
        [Mistake(file, 0, 0, "sources", source, *source_remedy(war, kind, source, occupier))]
    )


def source_remedy(war: War, kind: str, source: str, occupier: str = "") -> tuple[str, str]:
    """What was expected and what to do, where `source` is not one of the war's."""
    stance = war.other(occupier) if occupier in war.side_ids else "independent"
    entry = _ENTRIES[kind].format(id=source, stance=stance)
    near = closest(source, war.sources)
    other = f"Name '{near}', or paste" if near else "Paste"
    remedy = f"{other} below `sources:`, with its stance:   {source}: {{{entry}}}"
    return "a source of sources.yaml", remedy
