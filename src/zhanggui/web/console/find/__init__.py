"""One search for all that a code can name."""
