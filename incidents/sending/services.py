"""The services that people may be told by: those that Apprise speaks, without the ones that act on
this machine.

A service's address is an Apprise URL, "slack://…"; its beginning says which service it is. The list
is ours and not asked of Apprise, so that pages need not load it; a test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

# fmt: off
OF_FILES_AND_HOSTS = frozenset({
    "attach", "blossom", "cache", "cto", "keyfile", "path", "pgp", "pgpprv", "pgppub",
    "redirect", "relay", "retry", "rto", "smtp", "store", "subfile", "template", "url",
    "url_prefix", "verify", "wait",
})
# fmt: on
"""Parameters that would have the worker read its own files, turn to another host, or wait."""


_ANOTHER = re.compile(r"[,;]\s*[a-z0-9]+://", re.IGNORECASE)
"""Where Apprise would read a second address, of which nobody here knows what it asks."""


@dataclass(frozen=True, slots=True)
class Service:
    """`names_host` where the address says which machine is asked, and not the service alone."""

    name: str
    names_host: bool


def wrong_address(address: str) -> str:
    """Why this cannot be the address of a service, as a sentence without the address, or ""."""
    schema, found, rest = address.partition("://")
    if not (found and rest) or any(letter.isspace() for letter in address):
        return "Write the address as Apprise does, such as slack://… or pagerduty://…"
    if schema.lower() not in SERVICES:
        return "That is no service that is known here. It begins with its name, such as slack://"
    if _ANOTHER.search(rest):
        return "That is more than one address. Add a channel for each."
    refused = sorted(OF_FILES_AND_HOSTS & _parameters(rest))
    return f"The parameter {', '.join(refused)} cannot be used here." if refused else ""


def _parameters(rest: str) -> set[str]:
    """All that could be read as the name of one: to Apprise "#" begins no fragment."""
    names = (part.partition("=")[0] for part in re.split(r"[?&;#]", rest)[1:])
    return {re.sub(r"\W", "", unquote_plus(name)).lower() for name in names}


def service_of(address: str) -> Service:
    """Of an address that is not wrong."""
    return SERVICES[address.partition("://")[0].lower()]


_OF_A_FIXED_HOST = {
    "46elks": "46elks elks",
    "800.com": "eight00com",
    "Africas Talking": "atalk",
    "Aprs": "aprs",
    "AWS Simple Email Service (SES)": "ses",
    "AWS Simple Notification Service (SNS)": "sns",
    "Brevo": "brevo",
    "BulkSMS": "bulksms",
    "BulkVS": "bulkvs",
    "Chanify": "chanify",
    "Cisco Webex Teams": "webex wxteams",
    "Clickatell": "clickatell",
    "ClickSend": "clicksend",
    "CM.com": "cm",
    "D7 Networks": "d7sms",
    "Dapnet": "dapnet",
    "DingTalk": "dingtalk",
    "Discord": "discord",
    "Dot.": "dot",
    "Exotel": "exotel",
    "Feishu": "feishu",
    "Firebase Cloud Messaging": "fcm",
    "FireHydrant": "firehydrant",
    "Flock": "flock",
    "Free-Mobile": "freemobile",
    "GitHub": "github",
    "Google Chat": "gchat",
    "Groundmail": "groundmail",
    "GroupMe": "groupme",
    "Guilded": "guilded",
    "Gupshup": "gupshup",
    "httpSMS": "httpsms",
    "IFTTT": "ifttt",
    "ilert": "ilert",
    "incident.io": "incidentio",
    "Jira": "jira",
    "Join": "join",
    "KakaoTalk": "kakao kakaotalk",
    "Kaleyra": "kaleyra klr",
    "Kavenegar": "kavenegar",
    "Kook": "kook",
    "Kudosity": "burstsms kudosity",
    "Kumulos": "kumulos",
    "Lark (Feishu)": "lark",
    "Lauther": "lauther",
    "LFG Alarm": "lfg",
    "Line": "line",
    "MailerSend": "mailersend",
    "MessageBird": "msgbird",
    "Mobile Message": "mobilemessage mobilemsg",
    "MSG91": "msg91",
    "Notifiarr": "notifiarr",
    "Notifyre": "notifyre",
    "Octopush": "octopush",
    "Office 365": "azure o365",
    "OneSignal": "onesignal",
    "Opsgenie": "opsgenie",
    "Pager Duty": "pagerduty",
    "PagerTree": "pagertree",
    "Pingram": "pingram",
    "Plivo": "plivo",
    "Postmark": "postmark",
    "Prowl": "prowl",
    "Pushbullet": "pbul",
    "Pushed": "pushed",
    "PushMe": "pushme",
    "Pushover": "pover",
    "Pushplus": "pushplus wecom",
    "Pushsafer": "psafer psafers",
    "PushWard": "pushward",
    "Pushy": "pushy",
    "QQ Push": "qq",
    "Reddit": "reddit",
    "Resend": "resend",
    "Revolt": "revolt",
    "RingCentral": "ringc",
    "Ryver": "ryver",
    "SendGrid": "sendgrid",
    "ServerChan": "schan",
    "SerwerSMS": "serwersms",
    "seven": "seven",
    "Signalgrid": "signalgrid",
    "SIGNL4": "signl4",
    "Simplepush": "simplepush spush",
    "Sinch": "sinch",
    "Slack": "slack",
    "SMS Manager": "smsmanager smsmgr",
    "SMSC": "smsc",
    "SMSTunnel": "smstunnel",
    "Société Française du Radiotéléphone": "sfr",
    "Spike.sh": "spike",
    "Splunk On-Call": "splunk victorops",
    "SpugPush": "spugpush",
    "Squadcast": "squadcast",
    "Stackfield": "stackfield",
    "Streamlabs": "strmlabs",
    "Techulus Push": "push",
    "Telegram": "tgram",
    "Telesign": "telesign",
    "Telnyx": "telnyx",
    "Threema Gateway": "threema",
    "Twilio": "twilio",
    "Twist": "twist",
    "Twitter": "tweet twitter x",
    "Viber": "viber",
    "VoIPms": "voipms",
    "Vonage": "nexmo vonage",
    "WeCom Bot": "wecombot",
    "Whapi.Cloud": "whapi",
    "WhatsApp": "whatsapp",
    "WPUSH": "wpush",
    "WxPusher": "wxpusher",
    "YouLMK": "youlmk",
    "Zalo": "zalo",
    "Zoho Cliq": "cliq zcliq zohocliq",
    "Zoom": "zoom",
}
_OF_ANY_HOST = {
    "AMQP": "amqp amqps",
    "Apprise API": "apprise apprises",
    "Bark": "bark barks",
    "Better Stack": "betterstack",
    "BlueSky": "bluesky bsky",
    "Delta Chat": "deltachat deltachats",
    "E-Mail": "mailto mailtos",
    "Emby": "emby embys",
    "Enigma2": "enigma2 enigma2s",
    "Evolution API": "evolution evolutions",
    "Flowtriq": "flowtriq flowtriqs",
    "Fluxer": "fluxer fluxers",
    "Form": "form forms",
    "GoAlert": "goalert goalerts",
    "Gorush": "gorush gorushs",
    "Gotify": "gotify gotifys",
    "HomeAssistant": "hassio hassios",
    "HumHub": "humhub humhubs",
    "Infobip": "infobip",
    "IRC": "irc ircs",
    "Jellyfin": "jellyfin jellyfins",
    "JSON": "json jsons",
    "Kodi/XBMC": "kodi kodis xbmc xbmcs",
    "LaMetric": "lametric lametrics",
    "Mailgun": "mailgun",
    "Mastodon": "mastodon mastodons toot toots",
    "Matrix": "matrix matrixs",
    "Mattermost": "mmost mmosts",
    "Misskey": "misskey misskeys",
    "Nextcloud": "ncloud nclouds",
    "Nextcloud Talk": "nctalk nctalks",
    "Nostr": "nostr",
    "Notica": "notica noticas",
    "Notifico": "notifico notificos",
    "ntfy": "ntfy ntfys",
    "OneBot": "onebot onebots",
    "Parse Platform": "parsep parseps",
    "Pinglet": "pinglet pinglets",
    "Power Automate / Workflows (for MSTeams)": "workflow workflows",
    "PushDeer": "pushdeer pushdeers",
    "Pushjet": "pjet pjets",
    "Remote Syslog": "rsyslog",
    "Rocket.Chat": "rocket rockets",
    "SendPulse": "sendpulse",
    "Session Open Group Server": "session sessions sogs",
    "Signal API": "signal signals",
    "SMS Eagle": "smseagle smseagles",
    "SMTP2Go": "smtp2go",
    "SparkPost": "sparkpost",
    "Synology Chat": "synology synologys",
    "Trigv": "trigv trigvs",
    "WeChat (WeCom)": "wechat",
    "xMatters": "xmatters",
    "XML": "xml xmls",
    "Zulip": "zulip",
}

SERVICES = {
    schema: Service(name, names_host)
    for table, names_host in ((_OF_A_FIXED_HOST, False), (_OF_ANY_HOST, True))
    for name, schemas in table.items()
    for schema in schemas.split()
}
