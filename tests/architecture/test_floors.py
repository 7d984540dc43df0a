"""Rules of the house that imports alone cannot show."""

import ast

from django.apps import apps
from tests.architecture.sources import PACKAGE, floors, place, shop_files, tree

READERS = {"analytics", "finance"}  # their queries may read foreign tables directly
MAY_WRITE = {"services", "models"}
WRITES = {
    *("save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"),
    *("update", "delete"),
}
MODEL_WRITES = {"save", "delete"}  # on a row itself; elsewhere only what hangs on `objects`
NO_ROWS = {"cache", "storage", "image", "picture", "file"}  # things with a save or delete


def test_the_contract_lists_the_packages_that_exist() -> None:
    packages = {
        path.name
        for path in PACKAGE.iterdir()
        if path.is_dir() and any(path.glob("*.py")) and path.name != "locale"
    }

    assert set(floors()) == packages


def test_foreign_keys_point_down() -> None:
    height = floors()
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model.__module__.startswith("zhanggui.")
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and not isinstance(field.related_model, str)
        if field.related_model and field.related_model.__module__.startswith("zhanggui.")
        if field.related_model._meta.app_label != model._meta.app_label
        if height[field.related_model._meta.app_label] >= height[model._meta.app_label]
    ]

    assert wrong == []


def test_only_services_write() -> None:
    wrong = [
        f"{place(path, node)} .{node.func.attr}()"
        for package, room, path in shop_files()
        if package != "core" and room not in MAY_WRITE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in WRITES and writes_rows(node.func)
    ]

    assert wrong == []


def writes_rows(called: ast.Attribute) -> bool:
    """Tell whether the call is one on a row or on a model's `objects`."""
    receiver = ast.unparse(called.value)
    if ".objects" in receiver:
        return True
    return called.attr in MODEL_WRITES and receiver.rpartition(".")[2].strip("_") not in NO_ROWS


def test_models_are_imported_only_at_home() -> None:
    wrong = [
        f"{place(path, node)} {node.module}"
        for package, room, path in shop_files()
        if not (package in READERS and room == "queries")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and is_foreign_models(node, package)
    ]

    assert wrong == []


def is_foreign_models(node: ast.ImportFrom, package: str) -> bool:
    """Tell whether the import takes models out of another domain."""
    parts = (node.module or "").split(".")
    if parts[0] != "zhanggui" or len(parts) < 2 or parts[1] in (package, "core"):
        return False
    return "models" in parts or any(name.name == "models" for name in node.names)


def test_no_model_signals() -> None:
    wrong = [
        place(path, node)
        for package, _, path in shop_files()
        if package != "core"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals"
    ]

    assert wrong == []
