"""Our list of services is Apprise's, and says which of them ask a machine that an address names."""

import pytest
from apprise.plugins import N_MGR

from incidents.sending.services import SERVICES, wrong_address

ON_THIS_MACHINE = {"blink(1)", "DBus Notification", "GLib Notification", "Gnome Notification"} | {
    *("MacOSX Notification", "Syslog", "Windows Notification"),
}
NEED_A_LIBRARY = {"Growl", "MQTT Notification", "SMPP", "XMPP", "Vapid Web Push Notifications"}
NAMING_A_HOST = {"host", "hostname", "domain", "instance", "server", "url", "relay", "gateway"}
BY_OTHER_MEANS = {"Nostr", "BlueSky", "Zulip"}


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_list_of_services_is_that_of_apprise() -> None:
    theirs = {}
    for plugin in N_MGR.plugins():
        tokens = set(plugin.template_tokens or {})
        names_host = bool(NAMING_A_HOST & tokens) or plugin.service_name in BY_OTHER_MEANS
        for schemas in (plugin.protocol, plugin.secure_protocol):
            for schema in [schemas] if isinstance(schemas, str) else schemas or ():
                theirs[schema] = (str(plugin.service_name), names_host)

    ours = {schema: (one.name, one.names_host) for schema, one in SERVICES.items()}

    left_out = ON_THIS_MACHINE | NEED_A_LIBRARY
    assert ours == {k: v for k, v in theirs.items() if v[0] not in left_out}


def test_address_may_hold_other_addresses_where_they_are_values() -> None:
    assert wrong_address("discord://1/secret?avatar_url=https://example.com/a.png") == ""
    assert wrong_address("slack://a/b/c/#one,#two?footer=no") == ""
