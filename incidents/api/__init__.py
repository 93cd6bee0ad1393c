"""What programs may ask for and do: JSON over HTTP with a token, through the same actions as pages.

The layer above `incidents.views`. `endpoint.py` is the frame around every call, `urls.py` the list.
"""
