"""One file for each system that posts alerts: `NAME`, and `read`, which makes a message of what it
posted. They are found by listing this folder."""
