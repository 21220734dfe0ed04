"""Fixtures of this room."""

from __future__ import annotations

from sample_site import site

__all__ = ["site"]
