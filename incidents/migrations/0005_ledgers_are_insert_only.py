"""Triggers on the ledgers, on decisions and on the sources of runbooks."""

from django.db import migrations

from incidents.models import insert_only


def protect(_apps, schema):
    insert_only.protect(schema.connection)


def unprotect(_apps, schema):
    insert_only.unprotect(schema.connection)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_chain_what_was_written")]

    operations = [migrations.RunPython(protect, unprotect)]
