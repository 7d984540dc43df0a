"""Reading other shops' order files: opening, dialect, typed rows, and an index of invoices."""
