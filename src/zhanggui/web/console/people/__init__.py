"""The pages of staff, roles and keys of programs."""
