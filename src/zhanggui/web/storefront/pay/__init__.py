"""The pay page, its result, and what the channel sends."""
