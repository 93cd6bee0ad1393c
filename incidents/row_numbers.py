"""`<row:…>` in an address: a row's id or number, nothing longer than any database counts."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowConverter(IntConverter):
    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")
