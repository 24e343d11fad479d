"""Builds the shipped catalogues from the installed libraries; nothing else imports this."""
