"""Stock levels, their ledger, and corrections."""
