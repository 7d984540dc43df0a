"""Tags and filters of all pages; a builtin, so no load. Listed in docs/ui-components.md."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zhanggui.accounts.types import Holiday, Hours
from zhanggui.core.clock import shop_day
from zhanggui.core.versions import Kept
from zhanggui.web import badges, formats, opening
from zhanggui.web.pictures import picture_url

register = template.Library()

SPARK_WIDTH, SPARK_HEIGHT = 96, 28
USUAL_WINDOW = timedelta(hours=24)


@register.simple_tag(takes_context=True)
def face(context: Context) -> str:
    """Return which face is being rendered, "console" or "store": it has its own CSS and icons."""
    if named := context.get("face"):
        return str(named)
    request = context.get("request")
    return face_of(request) if request is not None else "store"


def face_of(request: HttpRequest) -> str:
    """Return the face that an address belongs to, also where there is nothing at it."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return "console" if match.namespaces[:1] == ["console"] else "store"
    return "console" if request.path.startswith("/console/") else "store"


@register.simple_tag
def html_lang() -> str:
    """Return the value of the lang attribute of the page."""
    language = get_language() or ""
    return "zh-Hans" if language.startswith("zh") else language


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, size: str = "", cls: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration. Sizes: xs, sm, lg."""
    return _drawn_icon(static(_SPRITES[face(context)]), name, size, cls, str(label))


_SPRITES = {name: f"dist/icons-{name}.svg" for name in ("console", "store")}


@lru_cache(maxsize=1000)
def _drawn_icon(sprite: str, name: str, size: str, cls: str, label: str) -> SafeString:
    classes = " ".join(filter(None, ["i", f"i-{size}" if size else "", cls]))
    spoken = format_html('role="img" aria-label="{}"', label) if label else _HIDDEN
    href = f"{sprite}#{name}"
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}"></use></svg>', classes, spoken, href
    )


_HIDDEN = mark_safe('aria-hidden="true"')


@register.filter
def money(minor: int, currency: str) -> SafeString:
    """Write an amount of minor units: small sign, two decimals, tabular, − for negative."""
    parts = formats.money_parts(minor, currency)
    return format_html(
        '<span class="money">{}<small>{}</small>{}{}</span>',
        parts.sign, parts.symbol, parts.whole, parts.fraction,
    )  # fmt: skip


@register.filter
def negative(minor: int) -> int:
    """Turn an amount round, for what is taken off."""
    return -minor


@register.filter
def signed(number: int) -> str:
    """Write a change of a number with its sign: +3, −2."""
    return f"{'+' if number > 0 else ''}{formats.grouped(number)}"


@register.filter
def named(code: Hashable, names: Mapping[Any, str]) -> str:
    """Return the name that a dictionary gives a code or id, else the code."""
    return names.get(code, str(code))


@register.filter
def money_text(minor: int, currency: str) -> str:
    """Write an amount as plain text, for titles, buttons and attributes."""
    return str(formats.money_parts(minor, currency))


@register.simple_tag
@lru_cache(maxsize=2000)
def price(minor: int, currency: str, size: str = "") -> SafeString:
    """Write a shopper's price, large and in the accent colour. Sizes: md, sm."""
    parts = formats.money_parts(minor, currency)
    return format_html(
        '<span class="price{}">{}<small>{}</small>{}<small>{}</small></span>',
        f" price-{size}" if size else "", parts.sign, parts.symbol, parts.whole, parts.fraction,
    )  # fmt: skip


@register.filter
def media(name: str) -> str:
    """Return the address of an uploaded file by its storage name; "" for none."""
    return picture_url(name) if name else ""


@register.filter
def grouped(number: int) -> str:
    """Write a whole number exactly with thousands separators."""
    return formats.grouped(number)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Return names in one line."""
    return formats.listed(names)


@register.filter
def count(number: int) -> SafeString:
    """Write a number for a tile; a rounded one carries the exact value in its title."""
    exact, short = formats.grouped(number), formats.count_text(number)
    if exact == short:
        return format_html('<span class="num">{}</span>', exact)
    return format_html('<span class="num" title="{}">{}</span>', exact, short)


@register.simple_tag(takes_context=True)
def badge(context: Context, status: str, staff: bool | None = None) -> SafeString:
    """Show an order's display status; staff and buyers read their own words."""
    for_staff = face(context) == "console" if staff is None else staff
    return _drawn(badges.status_badge(status, staff=for_staff))


@register.simple_tag
def after_sale(state: str) -> SafeString:
    """Show the second badge of an order with after-sale; nothing without."""
    found = badges.after_sale_badge(state)
    return _drawn(found) if found else mark_safe("")


def _drawn(found: badges.Badge) -> SafeString:
    return format_html(
        '<span class="badge badge-{}"><span class="dot" aria-hidden="true"></span>{}</span>',
        found.tone, found.label,
    )  # fmt: skip


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Show a moment in shop time inside <time>; nothing for None."""
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S}",
        formats.moment_text(at, now=timezone.now()),
    )


@register.filter
def moment_text(at: datetime | None) -> str:
    """Write a moment in shop time as plain text."""
    return "" if at is None else formats.moment_text(at, now=timezone.now())


@register.filter
def week_text(week: Sequence[Hours | None] | None) -> str:
    """Write the hours of a usual week."""
    return opening.week_text(week) if week else ""


@register.filter
def holiday_text(holiday: Holiday) -> str:
    """Write an exception of the usual week."""
    return opening.holiday_text(holiday)


@register.filter
def holiday_soon(holidays: Sequence[Holiday] | None) -> str:
    """Write the exception of the usual week that lasts or comes soon."""
    if not holidays:
        return ""
    return opening.holiday_soon(holidays, today=shop_day(timezone.now()))


@register.simple_tag(takes_context=True)
def sla(context: Context, deadline: datetime | None, since: datetime | None = None) -> SafeString:
    """Show how long until a deadline: warning with less than a quarter left, error when late.

    Without `since` the quarter is that of 24 hours.
    """
    if deadline is None:
        return mark_safe("")
    left = deadline - timezone.now()
    window = deadline - since if since else USUAL_WINDOW
    tone = "bad" if left < timedelta() else "warn" if left < window / 4 else "ok"
    local = timezone.localtime(deadline)
    return format_html(
        '<time class="sla sla-{}" datetime="{}" title="{}">{}{}</time>',
        tone,
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M}",
        icon(context, "clock-hour-4", "xs"),
        formats.span_text(abs(left), late=left < timedelta()),
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return the current query string with these parameters changed; None or "" removes one."""
    given = dict(context["request"].GET.lists())
    for name, value in changes.items():
        if value is None or value == "":
            given.pop(name, None)
        else:
            given[name] = [str(value)]
    return f"?{urlencode(given, doseq=True)}"


@register.simple_tag
def sparkline(values: Sequence[int], label: str = "") -> SafeString:
    """Draw a small line of numbers as SVG; fewer than two numbers draw nothing."""
    if len(values) < 2:
        return mark_safe("")
    low, high = min(values), max(values)
    step, spread = SPARK_WIDTH / (len(values) - 1), (high - low) or 1
    points = (
        (round(i * step, 1), round(SPARK_HEIGHT - 3 - (v - low) / spread * (SPARK_HEIGHT - 6), 1))
        for i, v in enumerate(values)
    )
    path = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(points))
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>'
        '<path d="{}"></path></svg>',
        SPARK_WIDTH, SPARK_HEIGHT,
        format_html('role="img" aria-label="{}"', label) if label else _HIDDEN,
        path,
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def sheet(context: Context, content: SafeString, **options: object) -> SafeString:
    """Wrap its content in a sheet: `id`, `title`, `close` (URL), `open` (sent open), `wide`."""
    return _part(context, "components/sheet.html", content=content, **options)


@register.simple_tag(takes_context=True)
def product_card(context: Context, card: Hashable, first: bool = False) -> SafeString:
    """Render components/product_card.html, once for each card and language."""
    key = (card, first, get_language())
    kept = _cards.get(key, ())
    if kept is None:
        kept = _part(context, "components/product_card.html", card=card, first=first)
        _cards.put(key, (), kept)
    return kept


# A card holds all that is shown, so one that changed is another one: nothing here gets old.
_cards: Kept[Hashable, SafeString] = Kept(most=2000)


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, **options: object) -> SafeString:
    """Render one form field with label, help and error.

    Options: `label`, `help`, `prefix`, `suffix`, `hide_label`, `optional`; all others become
    attributes of the control, with - for _ (`data_scan="submit"`).
    """
    named = {key: options.pop(key) for key in _FIELD_OPTIONS if key in options}
    help_text = named.get("help", bound.help_text)
    described = [f"{bound.auto_id}_help"] if help_text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, str | bool] = {
        key.replace("_", "-"): value if isinstance(value, bool) else str(value)
        for key, value in options.items()
    }
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    kind = _kind(bound.field.widget)
    own = bound.field.widget.attrs.get("class", "")
    attrs["class"] = f"{_CLASSES.get(kind, 'input')} {attrs.get('class', own)}".strip()
    control = "" if kind in ("radios", "checks") else bound.as_widget(attrs=attrs)
    return _part(
        context, "components/field.html",
        bound=bound, kind=kind, control=control, help_text=help_text, named=named,
    )  # fmt: skip


_FIELD_OPTIONS = ("label", "help", "prefix", "suffix", "hide_label", "optional")
_CLASSES = {"check": "checkbox", "select": "select", "file": "file"}


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if widget.use_fieldset:
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.Select):
        return "select"
    return "file" if isinstance(widget, forms.FileInput) else "input"


def _part(context: Context, name: str, **values: object) -> SafeString:
    engine = context.template.engine  # type: ignore[union-attr]  # set while rendering
    with context.push(**values):
        return mark_safe(engine.get_template(name).render(context))


@register.simple_tag
def hidden_fields(form: forms.BaseForm) -> SafeString:
    """Render the hidden fields of a form."""
    return format_html_join("", "{}", ((bound,) for bound in form.hidden_fields()))
