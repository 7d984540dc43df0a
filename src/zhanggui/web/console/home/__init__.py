"""The first pages of the roles."""
