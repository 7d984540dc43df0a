"""What operators can set stands in the READMEs."""

import re

import pytest
from tests.architecture.sources import PACKAGE, ROOT

READ = re.compile(r"""(?:env\.\w+|secret|environ\.get)\(\s*"([A-Z][A-Z_]+)\"""")
SET_BY_US = {"DJANGO_SETTINGS_MODULE"}


def variables() -> set[str]:
    """Return the environment variables that the shop reads."""
    files = [*(PACKAGE / "config").glob("*.py"), *(PACKAGE / "web/management").rglob("*.py")]
    return {name for path in files for name in READ.findall(path.read_text())} - SET_BY_US


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_explains_every_environment_variable(name: str) -> None:
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / name).read_text()))

    assert variables() - explained == set()
    assert "DATABASE_URL" in variables()
