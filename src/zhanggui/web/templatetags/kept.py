"""The tag around what a page draws again and again."""

from collections.abc import Hashable
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from zhanggui.core.versions import Kept
from zhanggui.web.templatetags.shop import face

register = template.Library()

_SIGNS = 1_000_000  # of HTML that a process keeps
_kept: Kept[Hashable, SafeString] = Kept(most=_SIGNS)


@register.tag
def kept(parser: Parser, token: Token) -> "KeptNode":
    """Draw what stands between `kept` and `endkept` once for the same values, and keep it.

    Name every value that it shows or asks: nothing else may make a difference but the language and
    the face. Values that have no hash (tests pass plain lists) are drawn each time.
    """
    values = [parser.compile_filter(one) for one in token.split_contents()[1:]]
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(values, nodes)


class KeptNode(template.Node):
    """What is drawn once for the same values."""

    # It holds no blocks: a page that extends another one looks for them in each node anew.
    child_nodelists = ()

    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist

    def render(self, context: Context) -> SafeString:
        """Return what was drawn for these values, or draw it."""
        values: list[Any] = [one.resolve(context, ignore_failures=True) for one in self.values]
        name = (self, get_language(), face(context), *values)
        try:
            drawn = _kept.get(name, ())
        except TypeError:  # unhashable
            return self._drawn(context)
        if drawn is None:
            drawn = self._drawn(context)
            _kept.put(name, (), drawn, size=len(drawn))
        return drawn

    def _drawn(self, context: Context) -> SafeString:
        with context.push():
            return self.nodelist.render(context)
