"""The application model: definitions, live form, disk form, checks and problems."""
