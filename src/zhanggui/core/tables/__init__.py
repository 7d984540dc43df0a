"""Tables in files: CSV and Excel, read and written row by row."""
