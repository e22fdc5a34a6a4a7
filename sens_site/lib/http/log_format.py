"""Lines of the log as JSON, one object a line, for programs that collect logs (`LOG_FORMAT=json`)."""

import json
import logging
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Writes what the plain line says, under names.

    Comes after the filters of the handler, so that neither message nor traceback hold a secret link.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            "process": record.process,
            "exception": record.exc_text or "",
        }
        return json.dumps({name: value for name, value in line.items() if value != ""})
