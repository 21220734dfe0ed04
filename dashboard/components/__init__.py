"""Pieces of layout that two pages or more use."""
