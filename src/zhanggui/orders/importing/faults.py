"""Why a row or an order of a file can't be taken over."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class RowFault(Exception):
    """A line that can't be taken over, with a stable code and the reason."""

    def __init__(self, code: str, text: str | Promise, *, line: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = str(text)
        self.line = line  # 0: not known here


class UnknownStatus(RowFault):
    """A status word that nobody has said the meaning of."""

    def __init__(self, word: str, *, line: int = 0) -> None:
        text = _("不认识的订单状态「%(word)s」，请先说明它对应哪个状态")
        super().__init__("unknown_status", text % {"word": word[:60]}, line=line)
        self.word = word
