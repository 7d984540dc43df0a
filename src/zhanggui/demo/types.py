"""What is known about the demo shop before it is loaded."""

PASSWORD = "kaimen-daji"  # noqa: S105 -- of all demo staff; the terminal shows it
