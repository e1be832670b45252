"""How the installation itself is: whose it is, which workers are alive, and which recurring jobs ran when."""

from django.db import models


class Company(models.Model):
    """The company whose ledger this is; one row at most."""

    name = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name


class Beat(models.Model):
    """A worker's sign of life, renewed every few seconds."""

    worker = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    at = models.DateTimeField(db_index=True)
    # What it works on; empty while it waits. A worker that neither waits nor works hangs, and its beat stops.
    task = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class PeriodicRun(models.Model):
    """When a recurring job last began; taking a turn is one conditional UPDATE of this row."""

    name = models.CharField(max_length=200, primary_key=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Whose turn it is; empty between turns.
    worker = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
