"""Administrative divisions and address parsing."""
