"""From a chart to a picture: SVG for the page, SVG and PNG as files. Needs no browser and no network."""

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree

from blind_refusal.reporting.palette import variable_for

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_ELEMENTS = {"svg", "g", "path", "line", "rect", "text", "tspan", "defs", "clipPath"}
_ATTRIBUTES = {
    *("width", "height", "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-miterlimit"),
    *("stroke-linecap", "stroke-linejoin", "opacity", "display", "clip-path", "id"),
    *("text-anchor", "font-family", "font-size", "font-weight", "font-style", "letter-spacing"),
}
_PAINTS = {"fill", "stroke"}
_PNG_SCALE = 2.0

Spec = Mapping[str, Any]
"""A Vega-Lite chart that holds its own data."""


def chart_svg(spec: Spec) -> str:
    """Draw a chart as a stand-alone SVG file."""
    return _text(_drawn(spec))


def chart_png(spec: Spec) -> bytes:
    """Draw a chart as a PNG file at twice its size."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(dict(spec), scale=_PNG_SCALE, allowed_base_urls=[]))


def inline_svg(spec: Spec, name: str, title: str, description: str, links: Mapping[str, str] | None = None) -> str:
    """Draw a chart as an SVG element to stand inside a page.

    The element has no styles, scripts or fonts of its own; its colours are the page's CSS variables. To assistive
    technology it is one picture with a title and a description, or, with links, a group of them.

    Args:
        spec: the chart.
        name: unique in the page; prefixes every id.
        title: what the chart shows, in a few words.
        description: what is to be seen in it, in a sentence or two.
        links: where marks lead, by their hover texts.
    """
    root = _drawn(spec)
    for element in root.iter():
        _prefix_references(element, name)
        element.attrib.pop("font-family", None)
        for paint in _PAINTS & element.attrib.keys():
            colour = element.attrib[paint]
            element.set(paint, variable_for(colour) or colour)
    if links:
        _link(root, links)
    _name(root, name, title, description, "group" if links else "img")
    return _text(root)


def _drawn(spec: Spec) -> ElementTree.Element:
    """Draw a chart and keep only what a static picture needs; hover texts become ``<title>`` elements."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[])
    root = ElementTree.fromstring(drawn)  # noqa: S314 - drawn here a moment ago, not received
    _strip(root)
    return root


def _strip(element: ElementTree.Element) -> None:
    hover = element.get("aria-label") if element.get("aria-roledescription") == "hover" else None
    element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    for attribute in element.attrib.keys() - _ATTRIBUTES:
        del element.attrib[attribute]
    for child in list(element):
        kept = child.tag.removeprefix(f"{{{_NAMESPACE}}}") in _ELEMENTS
        # Vega wraps every group in paths that are there for the mouse only.
        if not kept or child.get("display") == "none" or child.get("d") in ("", "M0,0h0v0h0Z"):
            element.remove(child)
        else:
            _strip(child)
    if hover:
        title = ElementTree.Element("title")
        title.text = hover
        element.insert(0, title)


def _prefix_references(element: ElementTree.Element, name: str) -> None:
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.get('id')}")
    clip = element.get("clip-path", "")
    if clip.startswith("url(#"):
        element.set("clip-path", f"url(#{name}-{clip.removeprefix('url(#')}")


def _link(root: ElementTree.Element, links: Mapping[str, str]) -> None:
    """Put marks into links to where their hover texts lead."""
    for parent in list(root.iter()):
        for place, mark in enumerate(list(parent)):
            hover = mark.findtext("title")
            if hover is not None and hover in links:
                link = ElementTree.Element("a", {"href": links[hover], "aria-label": hover})
                parent.remove(mark)
                link.append(mark)
                parent.insert(place, link)


def _name(root: ElementTree.Element, name: str, title: str, description: str, role: str) -> None:
    root.set("role", role)
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for position, (tag, text) in enumerate([("title", title), ("desc", description)]):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(position, element)


def _text(root: ElementTree.Element) -> str:
    root.set("xmlns", _NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")
