"""Stands on PATH as `gcloud`: hands its words, environment, folder and streams to the fork server
whose socket lies beside it, and exits as the command does.

A file of its own so that it starts fast: `forked_gcloud` writes it there with a first line that
names a bare Python.
"""

import json
import os
import socket
import sys

beside = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (pathlib starts slowly)
asked = {"words": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109 (as above)
with socket.socket(socket.AF_UNIX) as server:
    server.connect(os.path.join(beside, "socket"))  # noqa: PTH118 (as above)
    text = json.dumps(asked).encode() + b"\n"
    sent = socket.send_fds(server, [text], [0, 1, 2])
    server.sendall(text[sent:])
    status = server.recv(1)
os._exit(status[0] if status else 70)
