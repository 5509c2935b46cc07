"""The collaborative server: rooms in which OT and Yjs clients edit one application model."""
