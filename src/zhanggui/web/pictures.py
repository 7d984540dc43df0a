"""Addresses of stored pictures."""

from django.core.files.storage import FileSystemStorage, default_storage


def picture_url(name: str) -> str:
    """Return the address of a stored picture.

    We make their names, of letters that need no quoting; so that of a local one is put together
    here: a list has a hundred of them, and Django parses each anew (2 ms of a page's 13).
    """
    if isinstance(default_storage, FileSystemStorage):
        return f"{default_storage.base_url}{name}"
    return default_storage.url(name)
