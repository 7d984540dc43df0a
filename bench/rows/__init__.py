"""The rows of the table, by the work that they measure."""
