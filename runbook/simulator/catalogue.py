"""The products there are: every file in `products/` that offers a `PRODUCT`."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from runbook.simulator import products as folder
from runbook.simulator.routing import Product, Route


@functools.cache
def products() -> tuple[Product, ...]:
    found = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    modules = (importlib.import_module(f"{folder.__name__}.{name}") for name in found)
    return tuple(module.PRODUCT for module in modules)


@functools.cache
def routes() -> tuple[Route, ...]:
    return tuple(route for product in products() for route in product.routes)
