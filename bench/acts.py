"""Write so many rows into the audit log of a shop; run with its settings."""

import os
import sys

import django

_AT_ONCE = 500


def main() -> None:
    """Write them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhanggui.config.settings")
    django.setup()
    from django.utils import timezone

    from zhanggui.core import audit
    from zhanggui.core.types import Actor, ActorType

    actor, now = Actor(ActorType.STAFF, 7, "林岚"), timezone.now()
    for start in range(0, int(sys.argv[1]), _AT_ONCE):
        audit.record(
            *(
                audit.Act(
                    kind="product.saved",
                    actor=actor,
                    at=now,
                    subject_type="product",
                    label=f"商品 {start + number}",
                    details={"change": "edited"},
                )
                for number in range(_AT_ONCE)
            )
        )


if __name__ == "__main__":
    main()
