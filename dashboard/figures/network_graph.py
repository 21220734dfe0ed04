"""The layer graph as elements and style of a dash-cytoscape component."""

from __future__ import annotations

from typing import Any

from analysis.types import Graph

NODE_WIDTH, NODE_HEIGHT = 124, 168
"""Graph units of a node: its name, a square glyph and a line of numbers."""


def elements(graph: Graph) -> list[dict[str, Any]]:
    """Nodes and edges; the pictures are drawn over them by the browser."""
    nodes = [
        {
            "data": {
                "id": node.name,
                "kind": node.kind,
                "operation": node.operation,
                "shape": list(node.shape),
                "parameters": node.parameters,
                "place": place,
            },
            "classes": node.kind,
        }
        for place, node in enumerate(graph.nodes)
    ]
    edges = [
        {"data": {"id": f"{source}→{target}", "source": source, "target": target}}
        for source, target in graph.edges
    ]
    return nodes + edges


def stylesheet() -> list[dict[str, Any]]:
    """Invisible boxes of the glyphs' size.

    The library lays out, pans, zooms and says what was clicked; glyphs, names and lines lie in
    one HTML layer over it that moves by a single CSS transform, so that recolouring never touches
    the graph, text stays sharp and every node can be reached by keyboard.
    """
    return [
        {
            "selector": "node",
            "style": {
                "shape": "rectangle",
                "width": NODE_WIDTH,
                "height": NODE_HEIGHT,
                "background-opacity": 0,
                "border-width": 0,
                "overlay-opacity": 0,
                "events": "yes",
            },
        },
        {"selector": "edge", "style": {"opacity": 0, "width": 1, "events": "no"}},
    ]
