"""The report in a real browser: it draws, it moves, it fetches nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt: chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, large_page: Path) -> Iterator[Page]:
    """The report opened at 1440 px; afterwards, that it was quiet and fetched nothing."""
    yield from _opened(browser, large_page, width=1440)


@pytest.fixture
def narrow(browser: Browser, large_page: Path) -> Iterator[Page]:
    yield from _opened(browser, large_page, width=360)


def _opened(browser: Browser, path: Path, width: int) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    complaints: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []
    assert [url for url in fetched if not url.startswith("data:")] == [path.as_uri()]


def _fills(page: Page) -> list[str]:
    script = "nodes => nodes.map(node => node.style.fill)"
    fills: list[str] = page.eval_on_selector_all("use.unit[data-sector]", script)
    return fills


def test_every_chart_draws(page: Page) -> None:
    script = (
        "nodes => nodes.map(n => [...n.querySelectorAll('path.line')].map(p => p.getTotalLength()))"
    )
    charts: list[list[float]] = page.eval_on_selector_all(".chart:has(.plot)", script)
    assert len(charts) == 6
    assert all(lines and max(lines) > 100 for lines in charts)
    assert page.locator("#chart-blocking > svg rect.cell.heat").count() == 5 * 42
    assert page.locator(".no-script:visible").count() == 0


def test_the_slider_moves_the_map_and_its_words(page: Page) -> None:
    before, words = _fills(page), page.locator("#map-readout").inner_text()
    page.locator("#week").fill("3")
    assert _fills(page) != before
    assert page.locator("#map-readout").inner_text() != words
    assert page.locator("#week-words").inner_text().replace("\xa0", " ") == "Week to 20 March 2022"
    assert page.locator("#week").get_attribute("aria-valuetext") == "week to 20\xa0March\xa02022"


def test_the_keyboard_moves_the_slider(page: Page) -> None:
    page.locator("#week").focus()
    before = _fills(page)
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    last = int(page.locator("#week").get_attribute("max") or 0)
    assert page.locator("#week").input_value() == str(last - 20)
    assert _fills(page) != before
    page.locator("#week-after").press("Enter")
    assert page.locator("#week").input_value() == str(last - 19)


def test_playing_moves_the_weeks_and_stops(page: Page) -> None:
    page.locator("#play").click()
    page.wait_for_function("() => +document.getElementById('week').value >= 2")
    page.locator("#play").click()
    stopped = page.locator("#week").input_value()
    page.wait_for_timeout(400)
    assert page.locator("#week").input_value() == stopped


def test_arrow_keys_read_a_chart_out(page: Page, large_audit: dict[str, Any]) -> None:
    page.locator("#chart-share .plot").focus()
    page.keyboard.press("Home")
    first = large_audit["leverage"]["dates"][0]
    said = page.locator("#chart-share .readout").inner_text().replace("\xa0", " ")
    assert said.startswith("26 March 2022: Russia ")
    assert first == "2022-03-26"


def test_a_filter_leaves_one_verdict_and_a_link_brings_a_claim_back(
    page: Page, large_audit: dict[str, Any]
) -> None:
    page.locator('.tile[data-filter="supported"]').click()
    verdicts = {claim["id"]: claim["verdict"] for claim in large_audit["claims"]}
    shown = [name for name in verdicts if page.locator(f"#{name}").is_visible()]
    assert shown == [name for name, verdict in verdicts.items() if verdict == "supported"]
    hidden = next(name for name in verdicts if name not in shown)
    page.evaluate("name => { location.hash = name; }", hidden)
    page.wait_for_function("name => !document.getElementById(name).hidden", arg=hidden)


def test_a_claim_can_be_copied_as_a_citation(page: Page) -> None:
    page.locator("#K03 button.copy").click()
    page.locator("#K03 .status", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#K03-citation").inner_text()
    assert "Claim K03 of" in copied
    assert "Kadesh 0.1.0, war ukraine-2022, data 0123456789ab" in copied


@pytest.mark.parametrize("opened", [False, True])
def test_a_phone_shows_everything_without_scrolling_sideways(narrow: Page, opened: bool) -> None:
    if opened:
        script = "nodes => nodes.forEach(node => { node.open = true; })"
        narrow.eval_on_selector_all("details", script)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    assert narrow.locator("#chart-share path.line").count() > 0


def test_charts_follow_the_width_of_the_window(page: Page) -> None:
    box = "document.querySelector('#chart-share .plot > svg').viewBox.baseVal.width"
    wide = page.evaluate(box)
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_function(f"() => {box} < {wide} / 2")


def test_paper_gets_the_evidence_and_no_controls(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#K01 details[open]").count() > 0
    assert not page.locator("#week").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#K01 details[open]").count() == 0


def test_without_scripts_the_verdicts_and_tables_can_be_read(
    browser: Browser, large_page: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(large_page.as_uri())
    assert page.locator("#verdicts tbody tr:visible").count() == 32
    assert page.locator("article.claim:visible").count() == 32
    assert not page.locator("#week").is_visible()
    assert page.locator("#chart-share .no-script").is_visible()
    context.close()
