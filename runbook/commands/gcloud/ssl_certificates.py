"""TLS certificates of load balancers: describe, list."""

from __future__ import annotations

from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
)
from runbook.commands.grammar.gcloud_grammar import Grammar

SCHEMA = "compute.v1.SslCertificate"
TABLE = (
    "table(name,type,creationTimestamp,expireTime,region.basename(),"
    'managed.status:label=MANAGED_STATUS,managed.domainStatus:format="yaml")'
)
_DESCRIBE = Grammar(
    "compute ssl-certificates describe",
    operand="SSL_CERTIFICATE",
    scope="global or region",
    schema=SCHEMA,
)
_LIST = Grammar(
    "compute ssl-certificates list",
    scope="global",
    flags=(REGIONS,),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    default_format=TABLE,
    schema=SCHEMA,
)
KINDS = (
    describing(
        "sslCertificates",
        _DESCRIBE,
        "Shows a certificate of a load balancer, with the state of each domain.",
    ),
    listing("sslCertificates", _LIST, "Lists certificates of load balancers with their states."),
)
