"""Chains the entries that were written before there was a chain."""

from django.db import migrations

from incidents import ledger


def chain(apps, schema):
    Incident = apps.get_model("incidents", "Incident")
    for incident in Incident.objects.using(schema.connection.alias).iterator():
        _chain_incident(incident)


def _chain_incident(incident):
    name, head, count = f"INC-{incident.number}", "", 0
    for entry in incident.timeline.select_related("actor").order_by("number").iterator():
        facts = ledger.facts_of(
            ledger=name,
            number=entry.number,
            at=entry.at,
            actor=entry.actor.username if entry.actor else "",
            source="",
            kind=entry.kind,
            text=entry.text,
            data=entry.data,
        )
        link = ledger.link(facts, after=head)
        for column in ("actor_name", "previous", "digest", "seal"):
            setattr(entry, column, link.columns[column])
        entry.save(update_fields=["actor_name", "previous", "digest", "seal"])
        head, count = link.digest, link.number
    incident.timeline_count, incident.timeline_head = count, head
    incident.timeline_seal = ledger.seal_of_head(name, count, head) if head else ""
    incident.save(update_fields=["timeline_count", "timeline_head", "timeline_seal"])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_people_policies_and_ledgers")]

    operations = [migrations.RunPython(chain, migrations.RunPython.noop)]
