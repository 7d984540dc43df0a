"""Background jobs that failed."""
