"""Imports in every state, as pages show them."""

from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory

from zhanggui.integrations.models import ImportRow, ImportRun


def make_imports(size: int) -> dict[str, str]:
    """Make so many imports in each state, of so many columns and rows; return one of each."""
    found = {}
    for state in ("uploaded", "checked", "done", "undone"):
        for number in range(size):
            names = [f"列 {n}" for n in range(size)]
            made = ImportRun.objects.create(
                kind="products",
                state=state,
                file_name=f"商品 {number}.csv",
                format="zhanggui",
                header=names,
                sample=[names],
                columns=[""] * size,
                total=size,
                counts={"created": size},
                actor_type="staff",
                actor_id=StaffFactory().pk,
                created_at=NOON,
                started_at=None if state in ("uploaded", "checked") else NOON,
            )
            found[f"import_{state}"] = str(made.pk)
            said = {"label": "茶杯", "reason": "没有这个图片文件", "outcome": "created"}
            said["undone"] = "已归档" if state == "undone" else ""
            for place in range(size):
                ImportRow.objects.create(run=made, ordinal=place, line=place + 2, **said)
    return found
