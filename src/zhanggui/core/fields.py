"""Model fields without business words."""

from typing import Any

from django.db import models
from django.db.models.expressions import Expression

from zhanggui.core.encryption import is_current, seal, unseal


class Sealed(str):
    """An encrypted value as it is stored."""

    __slots__ = ()


class _Opening:
    """Opens a sealed value when it is read, so that lists pay only for what they show."""

    def __init__(self, field: "EncryptedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if not isinstance(value, Sealed):
            return value
        opened = instance.__dict__.setdefault("_opened", {})
        if opened.get(name, (None,))[0] is not value:
            opened[name] = (value, unseal(value, context=self.field.context(instance.pk)))
        return opened[name][1]

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.TextField[str, str]):
    """A text that is encrypted in the database and bound to its row.

    Written by `save` and `bulk_create` only: `update`, `bulk_update` and filters cannot know the
    row and are refused. Find rows by a blind index in a column of its own.
    """

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Put the opening descriptor on the model."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def context(self, pk: Any) -> str:
        """Return what a value of this field in this row is bound to."""
        return f"{self.model._meta.label_lower}|{self.name}|{pk}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Encrypt the value for its row; an unchanged one is written back as it was.

        One under an old key is encrypted anew; one of another row (a copied object) is refused,
        since nobody could read it again.
        """
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return value
        if isinstance(value, Sealed):
            opened = unseal(value, context=self.context(model_instance.pk))
            if is_current(value):
                return value
            value = opened
        sealed = Sealed(seal(value, context=self.context(model_instance.pk)))
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def from_db_value(self, value: str | None, *_: Any) -> Sealed | None:
        """Keep the value closed until it is read."""
        return None if value is None else Sealed(value)

    def get_prep_value(self, value: Any) -> Any:
        """Refuse everything that was not sealed for its row."""
        if value is None or isinstance(value, Expression):
            return value
        if isinstance(value, Sealed):
            return str(value)
        raise TypeError(f"{self.model._meta.label}.{self.name} is encrypted: save the row instead.")

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only the question whether there is a value."""
        if lookup_name != "isnull":
            raise TypeError(f"{self.model._meta.label}.{self.name} is encrypted: use its index.")
        return super().get_lookup(lookup_name)
