"""Secrets taken out of texts and JSON before anybody stores, sends or reads them.

Pure: no Django, no rows, nothing else of ours. `redactor.py` is the way in; the other files are one
subject each: the names that announce a secret, the shapes that are one, known values in the forms
in which they turn up, and secrets that span lines.
"""
