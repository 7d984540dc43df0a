"""Bare references: the least that the same machine can do in the same minute."""
