"""Flags that gcloud has for our commands and that we do not run.

Taken from the parser of gcloud 528; a test asks it again. `name=` takes a value, `[no-]name` also
exists as `--no-name`. Without them a line that gcloud takes would be refused in its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_OF_RUN = "cluster= cluster-location= context= kubeconfig= namespace="
_TEXTS: dict[str, str] = {
    "certificate-manager certificates list": "[no-]uri",
    "compute backend-services describe": "no-global",
    "compute backend-services get-health": "no-global [no-]uri",
    "compute backend-services list": "-r= no-global regexp=",
    "compute backend-services update": (
        "affinity-cookie-name= affinity-cookie-path= affinity-cookie-ttl= "
        "bypass-cache-on-request-headers= [no-]cache-key-include-host "
        "cache-key-include-http-header= cache-key-include-named-cookie= "
        "[no-]cache-key-include-protocol [no-]cache-key-include-query-string "
        "cache-key-query-string-blacklist= cache-key-query-string-whitelist= cache-mode= "
        "[no-]clear-custom-metrics [no-]clear-external-managed-migration-state client-ttl= "
        "compression-mode= [no-]connection-drain-on-failover "
        "connection-persistence-on-unhealthy-backends= custom-metrics= custom-metrics-file= "
        "custom-request-header= custom-response-header= default-ttl= description= "
        "[no-]drop-traffic-if-unhealthy edge-security-policy= [no-]enable-cdn "
        "[no-]enable-logging [no-]enable-strong-affinity external-managed-migration-state= "
        "external-managed-migration-testing-percentage= failover-ratio= "
        "[no-]global-health-checks health-checks= health-checks-region= http-health-checks= "
        "https-health-checks= iap= idle-timeout-sec= ip-address-selection-policy= "
        "load-balancing-scheme= locality-lb-policy= logging-optional= "
        "logging-optional-fields= logging-sample-rate= max-ttl= [no-]negative-caching "
        "negative-caching-policy= no-bypass-cache-on-request-headers no-client-ttl "
        "no-custom-request-headers no-custom-response-headers no-default-ttl no-global "
        "no-health-checks no-max-ttl no-negative-caching-policies no-serve-while-stale "
        "no-service-bindings no-service-lb-policy port-name= protocol= "
        "[no-]request-coalescing security-policy= serve-while-stale= service-bindings= "
        "service-lb-policy= session-affinity= signed-url-cache-max-age= subsetting-policy= "
        "tracking-mode="
    ),
    "compute forwarding-rules describe": "no-global",
    "compute forwarding-rules list": "-r= no-global regexp=",
    "compute health-checks describe": "no-global",
    "compute health-checks list": "-r= no-global regexp= [no-]uri",
    "compute health-checks update http": (
        "[no-]enable-logging no-global port-name= proxy-header= response= source-regions= "
        "[no-]use-serving-port"
    ),
    "compute health-checks update http2": (
        "[no-]enable-logging no-global port-name= proxy-header= response= [no-]use-serving-port"
    ),
    "compute health-checks update https": (
        "[no-]enable-logging no-global port-name= proxy-header= response= source-regions= "
        "[no-]use-serving-port"
    ),
    "compute health-checks update ssl": (
        "[no-]enable-logging no-global port-name= proxy-header= request= response= "
        "[no-]use-serving-port"
    ),
    "compute health-checks update tcp": (
        "[no-]enable-logging no-global port-name= proxy-header= request= response= "
        "source-regions= [no-]use-serving-port"
    ),
    "compute instances list": "-r= regexp=",
    "compute networks list": "-r= regexp=",
    "compute networks subnets list": "-r= regexp=",
    "compute networks vpc-access connectors create": "[no-]async max-throughput= min-throughput=",
    "compute networks vpc-access connectors delete": "[no-]async",
    "compute networks vpc-access connectors list": "[no-]uri",
    "compute networks vpc-access connectors update": "[no-]async",
    "compute ssl-certificates create": "certificate= no-global private-key=",
    "compute ssl-certificates delete": "no-global",
    "compute ssl-certificates describe": "no-global",
    "compute ssl-certificates list": "-r= no-global regexp=",
    "compute target-https-proxies describe": "no-global",
    "compute target-https-proxies list": "-r= no-global regexp=",
    "compute target-https-proxies update": (
        "certificate-manager-certificates= certificate-map= [no-]clear-certificate-map "
        "[no-]clear-http-keep-alive-timeout-sec [no-]clear-server-tls-policy "
        "[no-]clear-ssl-certificates [no-]clear-ssl-policy [no-]global-ssl-certificates "
        "[no-]global-ssl-policy [no-]global-url-map http-keep-alive-timeout-sec= no-global "
        "quic-override= server-tls-policy= ssl-certificates-region= ssl-policy= "
        "ssl-policy-region= tls-early-data= url-map= url-map-region="
    ),
    "compute url-maps describe": "no-global",
    "compute url-maps list": "-r= no-global regexp=",
    "logging read": (
        "billing-account= bucket= folder= location= organization= resource-names= view="
    ),
    "logging sinks create": (
        "billing-account= custom-writer-identity= exclusion= folder= [no-]include-children "
        "[no-]intercept-children organization="
    ),
    "logging sinks delete": "billing-account= folder= organization=",
    "logging sinks describe": "billing-account= folder= organization=",
    "logging sinks list": "billing-account= folder= organization= sink-filter=",
    "run revisions list": f"{_OF_RUN} [no-]uri",
    "run services describe": _OF_RUN,
    "run services list": f"{_OF_RUN} [no-]uri",
    "run services update": (
        "add-cloudsql-instances= add-custom-audiences= add-volume= add-volume-mount= args= "
        "[no-]async binary-authorization= breakglass= [no-]clear-binary-authorization "
        "[no-]clear-cloudsql-instances [no-]clear-config-maps [no-]clear-custom-audiences "
        "[no-]clear-encryption-key-shutdown-hours [no-]clear-key [no-]clear-labels "
        "[no-]clear-network [no-]clear-network-tags "
        "[no-]clear-post-key-revocation-action-type [no-]clear-volume-mounts "
        "[no-]clear-volumes client-name= client-version= cluster= cluster-location= command= "
        "connectivity= container= context= [no-]cpu-boost depends-on= "
        "encryption-key-shutdown-hours= env-vars-file= execution-environment= gpu= gpu-type= "
        "[no-]gpu-zonal-redundancy ingress= [no-]invoker-iam-check key= kubeconfig= labels= "
        "liveness-probe= min= namespace= network= network-tags= platform= port= "
        "post-key-revocation-action-type= remove-cloudsql-instances= remove-config-maps= "
        "remove-containers= remove-custom-audiences= remove-labels= remove-volume= "
        "remove-volume-mount= revision-suffix= service-min-instances= [no-]session-affinity "
        "set-cloudsql-instances= set-config-maps= set-custom-audiences= startup-probe= "
        "subnet= tag= update-annotations= update-config-maps= update-labels= [no-]use-http2"
    ),
    "run services update-traffic": f"[no-]async {_OF_RUN} platform=",
    "secrets create": (
        "expire-time= kms-key-name= location= next-rotation-time= regional-kms-key-name= "
        "replication-policy-file= rotation-period= set-annotations= tags= topics= ttl= "
        "version-destroy-ttl="
    ),
    "secrets describe": "location=",
    "secrets list": "location=",
    "secrets versions access": "location= out-file=",
    "secrets versions add": "location=",
    "secrets versions describe": "location=",
    "secrets versions disable": "etag= location=",
    "secrets versions enable": "etag= location=",
    "secrets versions list": "location=",
    "services list": "[no-]available",
    "sql backups list": "[no-]uri",
    "sql instances list": (
        "[no-]show-edition [no-]show-sql-network-architecture "
        "[no-]show-transactional-log-storage-state [no-]uri"
    ),
    "sql instances patch": (
        "-p= -t= active-directory-domain= allowed-psc-projects= [no-]async audit-bucket-path= "
        "audit-retention-interval= audit-upload-interval= authorized-gae-apps= "
        "backup-location= [no-]clear-allowed-psc-projects "
        "[no-]clear-custom-subject-alternative-names [no-]clear-failover-dr-replica-name "
        "[no-]clear-gae-apps [no-]clear-password-policy [no-]clear-psc-network-attachment-uri "
        "connector-enforcement= custom-subject-alternative-names= database-version= "
        "deny-maintenance-period-end-date= deny-maintenance-period-start-date= "
        "deny-maintenance-period-time= [no-]diff edition= [no-]enable-bin-log "
        "[no-]enable-data-cache [no-]enable-database-replication "
        "[no-]enable-dataplex-integration [no-]enable-google-ml-integration "
        "[no-]enable-google-private-path [no-]enable-password-policy "
        "[no-]enable-private-service-connect failover-dr-replica-name= follow-gae-app= "
        "gce-zone= [no-]include-replicas-for-major-version-upgrade "
        "insights-config-query-plans-per-minute= insights-config-query-string-length= "
        "[no-]insights-config-record-application-tags "
        "[no-]insights-config-record-client-address maintenance-release-channel= "
        "maintenance-version= [no-]maintenance-window-any no-backup "
        "password-policy-complexity= [no-]password-policy-disallow-username-substring "
        "password-policy-min-length= password-policy-password-change-interval= "
        "password-policy-reuse-interval= pricing-plan= psc-network-attachment-uri= "
        "[no-]recreate-replicas-on-primary-crash [no-]remove-deny-maintenance-period "
        "replication= [no-]require-ssl [no-]retain-backups-on-delete "
        "retained-transaction-log-days= secondary-zone= [no-]simulate-maintenance-event "
        "storage-provisioned-iops= storage-provisioned-throughput= "
        "[no-]switch-transaction-logs-to-cloud-storage threads-per-core= time-zone= "
        "[no-]upgrade-sql-network-architecture zone="
    ),
    "sql instances restart": "[no-]async",
    "sql operations list": "[no-]uri",
}


@dataclass(frozen=True, slots=True)
class OtherFlags:
    """Names without the two dashes; a flag of one letter keeps its dash."""

    with_value: frozenset[str]
    switches: frozenset[str]


@cache
def other_flags(command: str) -> OtherFlags:
    """Those of a command of ours, beside the ones that every command of gcloud has."""
    words = _TEXTS.get(command, "").split()
    switches = {word.removeprefix("[no-]") for word in words if not word.endswith("=")}
    switches |= {f"no-{word[5:]}" for word in words if word.startswith("[no-]")}
    with_value = {word.removesuffix("=") for word in words if word.endswith("=")}
    return OtherFlags(frozenset(with_value), frozenset(switches))
