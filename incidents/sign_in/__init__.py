"""How people get in: local accounts, second factors, single sign-on. The protocols are allauth's;
this package says how Runbook wants them."""
