"""Mark that stands where a secret stood."""

REDACTED = "[REDACTED]"
