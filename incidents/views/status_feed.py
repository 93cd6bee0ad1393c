"""The status page as an Atom feed: what the public was told, newest first."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from incidents import clock
from incidents.queries.published.facts import DisruptionFact, PageFact, WorkFact
from incidents.queries.published.page import read_page
from incidents.views.status_answers import for_anybody

MOST = 50


class Feed(Atom1Feed):
    """Its moment is that of the page, also without an entry: the same facts, the same bytes."""

    changed_at: datetime

    def latest_post_date(self) -> datetime:
        return self.changed_at


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    if not (settings.STATUS_PAGE_IS_PUBLIC or request.user.is_authenticated):
        return redirect_to_login(request.get_full_path())
    fact = read_page(now=clock.now())
    page = settings.PUBLIC_URL + reverse("status")
    made = _feed(fact, page=page, own=settings.PUBLIC_URL + reverse("status-feed"))
    return for_anybody(HttpResponse(made.writeString("utf-8"), content_type=Feed.content_type))


def _feed(fact: PageFact, *, page: str, own: str) -> Feed:
    made = Feed(
        title=settings.STATUS_PAGE_NAME,
        link=page,
        description=fact.sentence,
        feed_url=own,
        subtitle=fact.sentence,
        language="en",
        author_name=settings.STATUS_PAGE_NAME,
    )
    made.changed_at = fact.changed_at
    for entry in sorted(_entries(fact), key=lambda entry: entry[0], reverse=True)[:MOST]:
        at, key, title, text, anchor = entry
        made.add_item(
            title=title,
            link=f"{page}#{anchor}",
            description=render_to_string("status/_feed_words.html", {"text": text}).strip(),
            unique_id=f"{page}#{key}",
            unique_id_is_permalink=False,
            pubdate=at,
            updateddate=at,
        )
    return made


Entry = tuple[datetime, str, str, str, str]
"""When, id, title, words, and the anchor of what it belongs to."""


def _entries(fact: PageFact) -> list[Entry]:
    disruptions = chain(fact.disruptions, fact.past_disruptions)
    works = chain(fact.works, fact.past_works)
    return [
        *(entry for one in disruptions for entry in _of_disruption(one)),
        *(entry for work in works for entry in _of_work(work)),
    ]


def _of_disruption(one: DisruptionFact) -> list[Entry]:
    """Begin, words and end: also what nobody wrote words about is in the feed."""
    begun = (one.started_at, f"{one.id}-begun", f"Begun: {one.title}", "", one.id)
    told = [
        (words.at, words.id, f"{words.stage.label}: {one.title}", words.text, one.id)
        for words in one.words
    ]
    over = []
    if one.resolved_at:
        over = [(one.resolved_at, f"{one.id}-over", f"Over: {one.title}", "", one.id)]
    return [begun, *told, *over]


def _of_work(work: WorkFact) -> list[Entry]:
    span = f"From {work.starts_at:%-d %B %H:%M} to {work.ends_at:%-d %B %H:%M} UTC."
    title = f"Planned maintenance: {work.title}"
    planned = (work.planned_at, f"{work.id}-planned", title, f"{span}\n\n{work.text}", work.id)
    told = [
        (words.at, words.id, f"{words.state.label}: {work.title}", words.text, work.id)
        for words in work.words
    ]
    return [planned, *told]
