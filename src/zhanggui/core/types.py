"""Plain values that every domain uses."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise


class ActorType(StrEnum):
    """Who did something."""

    STAFF = "staff"
    SHOPPER = "shopper"
    API = "api"
    CHANNEL = "channel"
    SYSTEM = "system"
    COMMAND = "command"  # somebody at the command line of the server


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: the kind and, where there is one, the row id (user, API key) and name.

    What somebody does by a single act on very many things, like an import, is `part_of` it: the
    audit log has one row for the act, written when it was ordered, and none for each thing.
    """

    type: ActorType
    id: int | None = None
    name: str = field(default="", compare=False)
    part_of: str = field(default="", compare=False)  # "import 7"


SYSTEM = Actor(ActorType.SYSTEM)
SHOPPER = Actor(ActorType.SHOPPER)
CHANNEL = Actor(ActorType.CHANNEL)
COMMAND = Actor(ActorType.COMMAND)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when, for services whose only event is a row of the audit log."""

    actor: Actor
    at: datetime


class Refusal(Exception):
    """An expected "no" with a stable code and a text for people.

    Pages show the text at the form, the API answers {code, detail} with `status`.
    """

    code = "refused"
    status = 409

    def __init__(self, text: str | Promise) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)
