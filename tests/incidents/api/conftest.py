"""The API is asked through Django's client, like the pages."""

from tests.incidents.views.conftest import static_folder

__all__ = ["static_folder"]
