"""HTML from Python: text is escaped unless it is already markup."""

import html
from collections.abc import Iterable
from typing import Final

_VOID: Final = frozenset({"br", "circle", "hr", "input", "line", "path", "rect", "use"})


class Markup(str):
    """Text that is HTML already and must not be escaped again."""

    __slots__ = ()


Child = str | int | float | None | Iterable["Child"]


def escape(child: Child) -> Markup:
    """`child` as HTML: text escaped, markup as it is, None as nothing, a list joined."""
    if child is None:
        return Markup("")
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int | float):
        return Markup(html.escape(str(child), quote=True))
    return Markup("".join(escape(part) for part in child))


def element(tag: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """`<tag attributes>children</tag>`.

    An attribute's underscores become hyphens and a trailing one falls away (`class_`,
    `data_verdict`). None and False leave the attribute out, True writes it without a value.
    """
    written = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        label = name.rstrip("_").replace("_", "-")
        written.append(label if value is True else f'{label}="{escape(str(value))}"')
    opening = f"<{' '.join(written)}>"
    if tag in _VOID and not children:
        return Markup(opening if tag in {"br", "hr", "input"} else opening[:-1] + "/>")
    return Markup(f"{opening}{escape(children)}</{tag}>")


def link(url: str | None, text: str) -> Markup:
    """`text`, linked where `url` leads to the web; any other scheme is not followed."""
    if url is None or not url.startswith(("https://", "http://")):
        return escape(text)
    return element("a", text, href=url, rel="noopener noreferrer external")
