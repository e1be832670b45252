"""What the ledger tells: reports over any entity, dashboards of them, and figures that are computed from what happened."""
