"""What browsers send in forms, and what is said of what cannot be answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from analysis.errors import ParameterError, StudyError

from .routes import text


def sent(name: str) -> Any:
    """A part of the form of this request, which is JSON.

    Raises: ParameterError if it is none.
    """
    try:
        return json.loads(request.form.get(name, ""))
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"'{name}' is no JSON. Reload the page.") from error


def answered(answer: Callable[[], Response]) -> Response:
    """An answer, or in words why there is none: what was sent makes no sense, or is too much."""
    try:
        return answer()
    except StudyError as error:
        return text(422, str(error))
    except RequestEntityTooLarge:
        most = current_app.config["MAX_CONTENT_LENGTH"] // 2**20
        return text(413, f"This is more than {most} MiB or too many parts. Send less at once.")
