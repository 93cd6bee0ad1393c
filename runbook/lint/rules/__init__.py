"""One file per subject: each has `RULES`, what it may say, and `findings`, which says it."""
