"""What browsers send in forms."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from analysis.errors import ParameterError


def sent(name: str) -> Any:
    """A part of the form of this request, which is JSON.

    Raises: ParameterError if it is none.
    """
    try:
        return json.loads(request.form.get(name, ""))
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"'{name}' is no JSON. Reload the page.") from error
