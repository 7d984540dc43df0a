"""One small state machine, shared by every lifecycle."""

from collections.abc import Mapping, Set
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhanggui.core.types import Refusal


class IllegalMove(Refusal):
    """The row is not in a state from which this can be done, or somebody else moved it first."""

    code = "illegal_move"


class Machine:
    """A transition table over one field of a model."""

    def __init__(self, field: str, moves: Mapping[str, Set[str]]) -> None:
        self.field = field
        self.moves = moves

    def can(self, obj: models.Model, to: str) -> bool:
        """Tell whether the table allows this move from the state that `obj` shows."""
        return to in self.moves[getattr(obj, self.field)]

    def move(self, obj: models.Model, to: str, **also: Any) -> None:
        """Move obj to a state, writing it and `also` only if nobody moved it meanwhile.

        Raises:
            IllegalMove: the table has no such move, or the row changed since it was read.
        """
        old = getattr(obj, self.field)
        if to not in self.moves[old]:
            label = getattr(obj, f"get_{self.field}_display", lambda: old)()
            raise IllegalMove(
                _("当前状态（%(old)s）下不能这样操作，请刷新后再看。") % {"old": label}
            )
        changed = (
            type(obj)
            ._default_manager.filter(pk=obj.pk, **{self.field: old})
            .update(**{self.field: to}, **also)
        )
        if not changed:
            raise IllegalMove(_("刚刚有人改过它，请刷新后再试。"))
        for name, value in {self.field: to, **also}.items():
            setattr(obj, name, value)
