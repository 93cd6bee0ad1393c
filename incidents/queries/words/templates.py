"""What an update can begin as: one draft for each kind of reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from incidents.states import Audience

Way = Literal["page", "mail", "github"]
"""Where the words go besides the incident's own pages."""


@dataclass(frozen=True, slots=True)
class WordsTemplate:
    """`key` is also the name of its file in `templates/words/`."""

    key: str
    label: str
    audience: Audience
    way: Way = "page"

    @property
    def file(self) -> str:
        return f"words/{self.key}.txt"


RESOLUTION = "resolution-notice"
"""The one that can be sent after the incident was closed."""

TEMPLATES = (
    WordsTemplate("executive-summary", "Executive summary", Audience.LEADERSHIP),
    WordsTemplate("stakeholder-mail", "Mail to stakeholders", Audience.LEADERSHIP, "mail"),
    WordsTemplate(RESOLUTION, "Resolution notice by mail", Audience.LEADERSHIP, "mail"),
    WordsTemplate("technical-update", "Technical update", Audience.ENGINEERING),
    WordsTemplate("github-issue", "GitHub issue update", Audience.ENGINEERING, "github"),
    WordsTemplate("business-update", "Business update", Audience.BUSINESS),
    WordsTemplate("public-notice", "Notice on the status page", Audience.PUBLIC),
    WordsTemplate("sync-meeting", "Notes for the sync meeting", Audience.SYNC_MEETING),
)


def find_template(key: str) -> WordsTemplate | None:
    return next((template for template in TEMPLATES if template.key == key), None)


def templates_for(audience: str, *, is_open: bool = True) -> tuple[WordsTemplate, ...]:
    """Once the incident is closed only the notice of its end is left."""
    found = (template for template in TEMPLATES if template.audience == audience)
    return tuple(template for template in found if is_open or template.key == RESOLUTION)
