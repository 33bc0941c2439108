"""What may stand in a path: ids and codes as a database can hold them, else there is no such thing."""

from typing import Any

from apiflask import APIFlask

from server.db import LARGEST_ID
from server.web.problems import Problem


def bound_paths(app: APIFlask) -> None:
    # Not by converters: a path that they refuse may be answered as if the method were wrong.
    app.url_value_preprocessor(_refuse_what_cannot_be)


def _refuse_what_cannot_be(endpoint: str | None, values: dict[str, Any] | None) -> None:
    for value in (values or {}).values():
        if (isinstance(value, int) and value > LARGEST_ID) or (isinstance(value, str) and "\x00" in value):
            raise Problem("not_found")
