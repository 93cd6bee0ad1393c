"""The table in which attempts to sign in are counted, so that `migrate` alone is enough."""

from django.core.management import call_command
from django.db import migrations


def create(_apps, schema):
    call_command("createcachetable", database=schema.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_edited_commands")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
