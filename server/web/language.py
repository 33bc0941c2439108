"""In which language somebody is answered."""

from typing import Literal

from flask import request

Language = Literal["es", "en"]


def asked_language() -> Language:
    """What the request asks for (Accept-Language); Spanish, if that is neither of ours."""
    return "en" if request.accept_languages.best_match(["es", "en"], default="es") == "en" else "es"
