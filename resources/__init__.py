"""Icons, style sheets, translations and sample data."""
