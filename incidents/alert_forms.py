"""What people type about alerts, their sources and rules: shapes alone. What may stand there is the
actions' business."""
