"""Who signs in in browser tests."""

PASSWORD = "pass-word-1234"
PEOPLE = {
    "commander": ("Chiara", "Moretti", ("commander", "responder")),
    "engineer": ("Emeka", "Obi", ("approver", "responder")),
    "second": ("Dana", "Weiss", ("approver",)),
    "leader": ("Lena", "Fischer", ("viewer",)),
    "superuser": ("Ines", "Duarte", ()),
    "guard": ("Gita", "Rao", ("viewer",)),
}
