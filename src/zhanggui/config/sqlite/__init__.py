"""Django's SQLite backend with connections that the threads of a process share."""
