"""Reading a page as a browser does: which elements it has, and what its fields hold."""

from html.parser import HTMLParser

Element = tuple[str, tuple[str, ...]]


class Page(HTMLParser):
    """A parsed page. Text that escaped into markup shows as other elements or attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.links: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self._textarea = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, its addresses and, of a field, name and value."""
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        given = {name: value or "" for name, value in attrs}
        self.links += [
            given[name] for name in ("href", "src", "action", "formaction") if name in given
        ]
        name = given.get("name", "")
        if tag == "input" and name:
            self.fields.setdefault(name, []).append(given.get("value", ""))
        if tag == "textarea":
            self._textarea = name
            self.fields.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """Know where a text area ends."""
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        """Take the content of a text area; its first line break belongs to the markup."""
        if self._textarea:
            self.fields[self._textarea][-1] += data

    def field(self, name: str) -> str:
        """Return what the first field of this name shows."""
        return self.fields[name][0].removeprefix("\n")
