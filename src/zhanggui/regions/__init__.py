"""Administrative divisions of China and the reading of pasted addresses."""
