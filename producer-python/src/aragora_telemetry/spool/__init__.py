"""Accepted events on disk, until they are acknowledged.

Each run has a directory of its own, ``py-EPOCH``, with a lock that dies with its process. A topic
has segments in it: ``ORDINAL.log`` holds events, ``ORDINAL.num`` their numbers and ends.
"""

from .spool import Left, Spool

__all__ = ["Left", "Spool"]
