"""What staff did, in a log that nobody can change unseen."""
