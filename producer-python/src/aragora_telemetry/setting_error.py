"""Refusal of a setting."""


class SettingsError(ValueError):
    """A setting cannot be used; the message is one sentence that names it."""
