"""Form fields of settings, made from their declarations."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhanggui.accounts.settings import Kind, Setting
from zhanggui.web.forms import CleanCharField
from zhanggui.web.opening import WEEKDAYS

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_BLANK_HOLIDAYS = 2
Times = tuple[str, str]


def clock(minutes: int | None) -> str:
    """Return minutes of the day as a time input wants them; the day's end as its last minute."""
    if minutes is None:
        return ""
    return "23:59" if minutes == 24 * 60 else f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """Return minutes of the day; 23:59 is meant to be the day's end.

    Raises:
        ValidationError: it is no time.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise forms.ValidationError(_("时间要写成 09:00 这样。"))
    minutes = int(found[1]) * 60 + int(found[2])
    return 24 * 60 if minutes == 24 * 60 - 1 else minutes


def hours_of(start: str, end: str) -> list[int] | None:
    """Return the hours of a pair of inputs, None where both are empty."""
    if not start and not end:
        return None
    if not start or not end:
        raise forms.ValidationError(_("上班和下班时间要么都填，要么都留空。"))
    return [minutes_of(start), minutes_of(end)]


def _input(kind: str, name: str, value: str, label: object) -> SafeString:
    hint = label if kind == "text" else ""
    return format_html(
        '<input class="input" type="{}" name="{}" value="{}" aria-label="{}" placeholder="{}">',
        kind,
        name,
        value,
        label,
        hint,
    )


class WeekWidget(forms.Widget):
    """Two times for each day of the week."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Times]:
        """Return what was typed for each day."""
        return [
            (data.get(f"{name}-{day}-start", ""), data.get(f"{name}-{day}-end", ""))
            for day in range(7)
        ]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw a line for each day."""
        week = value or [("", "")] * 7
        rows = (
            (
                day_name,
                _input("time", f"{name}-{day}-start", start, _("%s上班") % day_name),
                _input("time", f"{name}-{day}-end", end, _("%s下班") % day_name),
            )
            for day, (day_name, (start, end)) in enumerate(zip(WEEKDAYS, week, strict=True))
        )
        lines = format_html_join(
            "", '<div class="hours"><span>{}</span>{}<span>–</span>{}</div>', rows
        )
        return format_html("<div>{}</div>", lines)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """Name no single input by the label."""
        return ""


class WeekField(forms.Field):
    """Opening hours of a usual week: [start, end] in minutes or None a day; empty for nothing."""

    widget = WeekWidget

    def prepare_value(self, value: Any) -> list[Times]:
        """Write stored hours as inputs take them; what was typed stays."""
        if value and isinstance(value[0], tuple):
            return list(value)
        return [(clock(day[0]), clock(day[1])) if day else ("", "") for day in value or [None] * 7]

    def clean(self, value: Any) -> list[list[int] | None]:
        """Return the week as it is stored."""
        week = [hours_of(start, end) for start, end in value]
        return week if any(week) else []


class HolidaysWidget(forms.Widget):
    """A line for each exception, and some empty ones."""

    use_fieldset = True
    parts = ("first", "last", "start", "end", "note")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, ...]]:
        """Return the lines in which something was typed."""
        columns = [data.getlist(f"{name}-{part}") for part in self.parts]
        lines = zip(*columns, strict=False)
        return [tuple(map(str, line)) for line in lines if any(line)]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the lines."""
        labels = (_("第一天"), _("最后一天"), _("上班"), _("下班"), _("说明，例如春节"))
        kinds = ("date", "date", "time", "time", "text")
        cells = list(zip(self.parts, kinds, labels, strict=True))
        blank = [("",) * len(cells)] * _BLANK_HOLIDAYS
        lines = (
            (
                format_html_join(
                    "",
                    "{}",
                    (
                        (_input(kind, f"{name}-{part}", one, label),)
                        for (part, kind, label), one in zip(cells, typed, strict=True)
                    ),
                ),
            )
            for typed in [*(value or []), *blank]
        )
        rows = format_html_join("", '<div class="holiday">{}</div>', lines)
        return format_html("<div>{}</div>", rows)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """Name no single input by the label."""
        return ""


class HolidaysField(forms.Field):
    """Exceptions of the usual week: [first day, last day, hours or None, note]."""

    widget = HolidaysWidget

    def prepare_value(self, value: Any) -> list[tuple[str, ...]]:
        """Write stored exceptions as inputs take them; what was typed stays."""
        if value and isinstance(value[0], tuple):
            return list(value)
        return [
            (first, last, *((clock(hours[0]), clock(hours[1])) if hours else ("", "")), note)
            for first, last, hours, note in value or []
        ]

    def clean(self, value: Any) -> list[list[Any]]:
        """Return the exceptions as they are stored; one without a last day is of one day."""
        found = []
        for first, last, start, end, note in value or []:
            try:
                days = [date.fromisoformat(day).isoformat() for day in (first, last or first)]
            except ValueError:
                raise forms.ValidationError(_("每段安排都要选日期。")) from None
            found.append([*days, hours_of(start, end), note])
        return found


def _line(setting: Setting) -> forms.Field:
    return CleanCharField(max_length=setting.most, required=bool(setting.least))


def _lines(setting: Setting) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": 5, "class": "textarea"})
    return CleanCharField(max_length=setting.most, required=False, widget=widget)


def _number(setting: Setting) -> forms.Field:
    return forms.IntegerField(
        min_value=setting.least,
        max_value=setting.most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def _switch(_setting: Setting) -> forms.Field:
    return forms.BooleanField(required=False)


def _picture(_setting: Setting) -> forms.Field:
    return forms.FileField(required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))


def _week(_setting: Setting) -> forms.Field:
    return WeekField(required=False)


def _holidays(_setting: Setting) -> forms.Field:
    return HolidaysField(required=False)


_FIELDS: Mapping[Kind, Callable[[Setting], forms.Field]] = {
    Kind.LINE: _line,
    Kind.COLOUR: _line,
    Kind.LINES: _lines,
    Kind.NUMBER: _number,
    Kind.SWITCH: _switch,
    Kind.PICTURE: _picture,
    Kind.WEEK: _week,
    Kind.HOLIDAYS: _holidays,
}


def fields_of(settings: Sequence[Setting]) -> dict[str, forms.Field]:
    """Return a form field for each setting."""
    found = {}
    for setting in settings:
        field = found[setting.key] = _FIELDS[setting.kind](setting)
        field.label, field.help_text = str(setting.label), str(setting.help)
    return found
