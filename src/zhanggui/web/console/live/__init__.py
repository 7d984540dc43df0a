"""What open pages of the console learn without being loaded anew."""
