"""What the tests of imports and exports share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.factories.shop import NOON

from zhanggui.core.types import SYSTEM
from zhanggui.integrations import services
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import Kind

Run = Callable[..., ImportRun]


@pytest.fixture
def run() -> Run:
    """Import a file as the command does."""

    def do(path: Path, *, kind: Kind = Kind.PRODUCTS, **options: Any) -> ImportRun:
        made = services.start_import(kind=kind, path=path, name=path.name, actor=SYSTEM, now=NOON)
        services.match_columns(
            run=made,
            format_name=made.format,
            columns=made.columns,
            options={"folders": [str(path.parent)], **options},
            now=NOON,
        )
        services.check_import(run_id=made.pk, now=NOON)
        made.refresh_from_db()
        services.begin_import(run=made, now=NOON)
        services.run_import(run_id=made.pk, now=NOON)
        made.refresh_from_db()
        return made

    return do
