"""What logs must not hold: paths of shoppers' pages (they carry the order's token) and queries."""

import logging
import re

QUERY = re.compile(r"\?\S*")


class WithoutPaths(logging.Filter):
    """Writes the route (`orders/<str:token>/`) where Django would write the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; all records pass."""
        request = getattr(record, "request", None)
        if isinstance(record.args, tuple) and request is not None and hasattr(request, "path"):
            match = request.resolver_match
            route = f"/{match.route}" if match else "(no page of ours)"
            record.args = tuple(route if arg == request.path else arg for arg in record.args)
        if record.name == "django.server" and isinstance(record.args, tuple):
            record.args = tuple(
                QUERY.sub("", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True
