"""The page as bytes: what stands in it before any script runs."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kadesh.report import html, render, write_report
from kadesh.war import War

VOID = {"meta", "link", "input", "br", "hr"}


class Page(HTMLParser):
    """Elements by name, their attributes, the visible text; tags must nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.ids += [attributes["id"]] if attributes.get("id") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" not in self.open and "style" not in self.open:
            self.text.append(data)

    @property
    def visible(self) -> str:
        return " ".join("".join(self.text).split())


def test_the_same_audit_gives_the_same_bytes(
    audit: dict[str, Any], river_map: dict[str, Any]
) -> None:
    again = json.loads(json.dumps(audit))
    assert render(audit, river_map) == render(again, river_map)


def test_a_full_report_is_under_a_megabyte(large_page: Path) -> None:
    assert large_page.stat().st_size < 1_000_000


def test_every_claim_and_verdict_is_there_without_scripts(
    large_audit: dict[str, Any], large_page: Path
) -> None:
    page = Page(large_page.read_text(encoding="utf-8"))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for claim in large_audit["claims"]:
        assert claim["id"] in page.ids
        assert claim["text"] in page.visible
    for reading in (reading for claim in large_audit["claims"] for reading in claim["readings"]):
        assert (reading["reason"] or reading["sentence"]) in page.visible
    verdicts = [claim["verdict"] for claim in large_audit["claims"]]
    rows = [a["data-verdict"] for tag, a in page.tags if tag == "tr" and "data-verdict" in a]
    assert rows == verdicts


def test_every_reference_within_the_page_has_its_target(large_page: Path) -> None:
    page = Page(large_page.read_text(encoding="utf-8"))
    aims = ["href", "for", "aria-labelledby", "aria-describedby", "data-copy"]
    values = [a.get(name) or "" for _, a in page.tags for name in aims]
    named = {v.removeprefix("#") for v in values if v and not v.startswith(("http", "data:"))}
    assert named <= set(page.ids)


def test_nothing_on_the_page_is_loaded_from_elsewhere(large_page: Path) -> None:
    text = large_page.read_text(encoding="utf-8")
    page = Page(text)
    assert not any("src" in attributes or "srcset" in attributes for _, attributes in page.tags)
    loaded = [a["href"] for tag, a in page.tags if tag in {"link", "use", "image"}]
    assert all((href or "").startswith(("#", "data:")) for href in loaded)
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text


HOSTILE = "</script><img src=x onerror=\"alert('1')\"> & <!-- \u2028\u2029 “Ω” ‮ \\u003c ${x} $title"


def test_hostile_text_stays_text(audit: dict[str, Any], river_map: dict[str, Any]) -> None:
    quiet = Page(render(audit, river_map))
    audit["claims"][0]["text"] = HOSTILE
    audit["claims"][0]["readings"][0].update(text=HOSTILE, sentence=HOSTILE)
    audit["article"].update(title=HOSTILE, about=HOSTILE)
    audit["war"]["sectors"][0]["name"] = HOSTILE
    audit["war"]["sides"][0]["name"] = HOSTILE
    audit["notes"].append(HOSTILE)
    audit["provenance"]["command"] = HOSTILE
    page = Page(render(audit, river_map))
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert not any(tag == "img" or "onerror" in a for tag, a in page.tags)
    assert len(page.tags) - len(quiet.tags) < 12
    assert " ".join(HOSTILE.split()) in page.visible


def test_data_in_the_page_reads_back_as_it_was(
    audit: dict[str, Any], river_map: dict[str, Any]
) -> None:
    audit["war"]["sectors"][0]["name"] = HOSTILE
    text = render(audit, river_map)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    assert not set("<>&\u2028\u2029") & set(found[1])
    assert json.loads(found[1])["sectors"][0]["name"] == HOSTILE


def test_only_links_to_the_web_are_links(audit: dict[str, Any], river_map: dict[str, Any]) -> None:
    audit["sources"][0]["url"] = "javascript:alert(1)"
    audit["sources"][1]["url"] = "event:2001-04-10"
    page = Page(render(audit, river_map))
    links = [a["href"] or "" for tag, a in page.tags if tag == "a"]
    assert all(href.startswith(("#", "http://", "https://")) for href in links)


def test_a_number_that_is_none_is_refused(audit: dict[str, Any], river_map: dict[str, Any]) -> None:
    audit["leverage"]["share"]["Eastmark"]["median"][0] = float("nan")
    with pytest.raises(ValueError, match=r"cannot convert|not JSON compliant"):
        render(audit, river_map)


def test_a_record_alone_says_that_there_is_no_leverage(
    audit: dict[str, Any], river_map: dict[str, Any]
) -> None:
    audit.update(leverage=None, solver=None)
    assert "No reading of this article needs a bargaining value" in render(audit, river_map)


def test_a_war_without_a_map_says_so(audit: dict[str, Any]) -> None:
    page = render(audit, {"type": "FeatureCollection", "features": []})
    assert "This war folder has no map." in page


def test_a_report_is_written_whole(audit: dict[str, Any], river: War, tmp_path: Path) -> None:
    path = write_report(audit, river, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8").endswith("</html>\n")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_the_old_report(
    audit: dict[str, Any], river: War, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full_disk(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(html.Path, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_report(audit, river, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
